/*
 * account.h - who may log in: names, passwords, and the lock-out that too
 * many wrong passwords bring.
 * Floor: world.
 * Threads: guarded by world.lock; account_wrong and account_right want it
 * exclusively.
 */
#ifndef SIM_ACCOUNT_H
#define SIM_ACCOUNT_H

#include "world/world.h"

/*
 * What all spellings of a name have in common, for the caller to free: lower
 * case, and without the world's own domain: anna, CONTOSO\Anna,
 * contoso.example\anna and anna@contoso.example are one account. Another
 * domain stays.
 */
char *account_key(const char *name);

/* By any spelling; NULL: there is none. */
struct account *account_find(const char *name);
/* A new one, or a new password for it, which unlocks it as well. */
void account_add(const char *name, const char *password, bool impersonate);

/*
 * The domain's names: NetBIOS and DNS. Before any account and any mailbox is
 * there; CONTOSO and contoso.example otherwise.
 */
void account_domain(const char *netbios, const char *dns);

/*
 * A wrong password for that name was judged. Counted for an account that
 * there is and for one that there is not; world.lockout wrong ones in
 * a row lock it until the program ends, and a line on standard error says so.
 * One that comes world.lockout_seconds after the one before it begins a new
 * row, as on a domain controller.
 */
void account_wrong(const char *name);
void account_right(struct account *); /* the row ends */

/* How many accounts were locked since the start; each is counted once. */
unsigned account_locked(void);
/* Their names and counts as members of a JSON object. */
void account_stats(struct sb *);

void account_free(void);

#endif
