/*
 * controlmail.h - the commands that put mail in and show it, and what
 * commands share.
 */
#ifndef SIM_CONTROLMAIL_H
#define SIM_CONTROLMAIL_H

#include "world/world.h"

struct cmd {
	char **w; /* w[0] is the command */
	int n;
};

int control_split(char *line, char **word, int max);
const char *control_key(struct cmd *, const char *key); /* key=VALUE */
long control_number(struct cmd *, const char *key, long otherwise);
int64_t control_time(struct cmd *, const char *key, int64_t otherwise);
/* NULL when it does not exist; the answer says so then. */
struct mailbox *control_mailbox(struct cmd *, struct sb *);
struct folder *control_folder(struct cmd *, int at, bool create, struct sb *);

void controlmail_mail(struct cmd *, struct sb *);
void controlmail_maildir(struct cmd *, struct sb *);
void controlmail_generate(struct cmd *, struct sb *);
/* Gives the item the content of another file; -1: it cannot be read. */
int controlmail_edit(struct item *, const char *path);
void controlmail_dump(struct cmd *, struct sb *);

#endif
