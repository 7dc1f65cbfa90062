/*
 * world.h - what the simulated server holds: accounts, address book,
 * mailboxes, folders and items, with the numbers that name them for ever.
 * Floor: world. Knows no protocol: names and codings of EWS and the like are
 * on the floor above.
 * Threads: everything is guarded by world.lock; requests that only read
 * hold it shared.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/sb.h"
#include "world/mail.h"

enum product { EX2007, EX2010, EX2013, EX2016, EX2019, EXONLINE };

struct account {
	struct account *next;
	char *name, *key, *password; /* key: as account_key makes it */
	bool impersonate;
	bool locked, was_locked;
	unsigned row, wrong; /* wrong passwords: since a right one, in all */
	int64_t wrong_at;    /* the last of them */
};

/* An address book entry; a mailbox has one too. */
struct person {
	struct person *next;
	char *addr, *name, *dn;
	char *upn, *sid; /* in the directory; or NULL */
	char **alias;
	int n_alias;
	struct mailbox *mailbox; /* or NULL */
	bool departed; /* out of the address book: mail has the DN alone */
};

/* What a folder of every mailbox is for. */
enum role {
	ROLE_NONE,
	ROLE_ROOT,
	ROLE_TOP, /* of what a user sees */
	ROLE_INBOX,
	ROLE_DRAFTS,
	ROLE_OUTBOX,
	ROLE_SENT,
	ROLE_DELETED,
	ROLE_JUNK,
	ROLE_CALENDAR,
	ROLE_CONTACTS,
	ROLE_RECIPIENT_CACHE,
	ROLE_TASKS,
	ROLE_NOTES,
	ROLE_JOURNAL,
	ROLE_HISTORY, /* of conversations */
	ROLE_SEARCHES,
	ROLE_SYNC_ISSUES,
	ROLE_CONFLICTS,
	ROLE_LOCAL_FAILURES,
	ROLE_SERVER_FAILURES,
	ROLE_RECOVERABLE, /* items; in it the following */
	ROLE_DELETIONS,
	ROLE_PURGES,
	ROLE_VERSIONS,
	ROLE_ARCHIVE_ROOT, /* of a mailbox's archive; in it the following */
	ROLE_ARCHIVE_TOP,
	ROLE_ARCHIVE_INBOX,
	ROLE_ARCHIVE_DELETED,
	N_ROLES
};

struct entry { /* of a folder's journal; its position + 1 is the sequence */
	uint32_t num;
	bool gone;
	uint64_t created; /* of a gone item: its create_seq */
	int64_t received; /* likewise */
};

struct folder {
	uint32_t num;
	uint32_t version;
	struct mailbox *mailbox;
	struct folder *parent;
	char *name, *class; /* class may be NULL */
	enum role role;
	bool search;         /* it finds items, and holds none */
	bool hidden;         /* from what a user sees */
	struct item **items; /* by received, then num */
	size_t n_items, cap_items;
	struct entry *journal;
	size_t n_journal, cap_journal;
	size_t unread;
	int64_t commit_time; /* 0x670A; grows by a second per change at least */
	uint32_t deleted_count;          /* 0x670B */
	uint64_t create_seq, update_seq; /* in the mailbox's hierarchy */
	bool gone;
};

/* Addresses that the item holds as DNs, where the address book knows them. */
enum { EX_FROM = 1, EX_SENDER = 2, EX_TO = 4, EX_CC = 8, EX_REPLY_TO = 16 };

struct item {
	uint32_t num; /* index into world.items; new after a move */
	uint32_t version;
	struct folder *folder;
	struct mail *mail; /* NULL: made up on demand */
	struct gen_set *gen;
	uint32_t gen_n;
	uint32_t search_key; /* survives moves */
	int64_t received, created, modified;
	uint64_t create_seq, update_seq, read_seq, last_seq;
	char *class;      /* overrides the mail's; or NULL */
	char *categories; /* separated by commas; or NULL */
	unsigned ex;
	bool read, sent, draft;
};

struct mailbox {
	struct mailbox *next;
	struct person *person;
	char *owner;     /* an account's key */
	char **delegate; /* likewise */
	int n_delegate;
	char guid[37];
	uint64_t hash;
	uint32_t epoch; /* positions of another one are void */
	uint64_t hier_seq;
	struct folder *root, *top; /* root, msgfolderroot */
	struct folder **folders;   /* all, removed ones too */
	size_t n_folders, cap_folders;
};

struct world {
	pthread_rwlock_t lock;
	enum product product;
	struct account *accounts;
	unsigned accounts_version; /* another one after each change */
	char *netbios, *dns;       /* the domain, as it was spelled */
	unsigned lockout;          /* wrong passwords in a row; 0: never */
	int64_t lockout_seconds;   /* after that time the row is forgotten */
	struct person *persons, **persons_end;
	struct mailbox *mailboxes, **mailboxes_end;
	struct folder **folders; /* by num; stays after removal */
	size_t n_folders, cap_folders;
	struct item **items; /* by num; NULL after removal */
	size_t n_items, cap_items;
	struct lasting {        /* by num, of removed items too */
		uint32_t first; /* the number that it had at first */
		uint32_t last;  /* of a first number: what it has now */
	} * lasting;
	size_t cap_lasting;
	struct gen_set *gen_sets;
	/* what commit_time and deleted_count of a folder tell */
	enum { MARKERS_ON, MARKERS_OFF, MARKERS_COARSE } markers;
	int64_t stands; /* the clock stands still there; 0: it runs */
};

extern struct world world;

void world_init(enum product);
void world_free(void);

/* Seconds since 1970, by the world's clock; under its lock. */
int64_t world_now(void);

/* By address (primary or alias), case-insensitive; NULL when unknown. */
struct person *world_person(const char *addr);
struct person *world_person_dn(const char *dn);
struct person *
world_add_person(const char *addr, const char *name, const char *dn);
void world_add_alias(struct person *, const char *addr);
/* Its account's names in the directory; NULL: none. */
void world_set_account(struct person *, const char *upn, const char *sid);
/* By UPN or SID, case-insensitive; NULL when unknown. */
struct person *world_person_account(const char *upn_or_sid);

struct mailbox *world_mailbox(const char *addr);
struct mailbox *world_add_mailbox(struct person *, const char *owner);
void world_add_delegate(struct mailbox *, const char *account);
/* The account's own mailbox, or NULL. */
struct mailbox *world_own(const struct account *);
/* May the account open the mailbox without impersonation? */
bool world_may_open(const struct account *, const struct mailbox *);

uint32_t world_new_folder_num(struct folder *);
uint32_t world_new_item_num(struct item *);

/*
 * An item that is moved within its mailbox has a new number, and is the same:
 * world_first tells the number that it had at first, of one that is gone too,
 * world_item_first finds it by that. NULL: it is gone.
 */
void world_keep_first(uint32_t new_num, uint32_t old_num);
uint32_t world_first(uint32_t num);
struct item *world_item_first(uint32_t first);

#endif
