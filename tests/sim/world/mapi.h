/*
 * mapi.h - an item's properties by the numbers and names that the store has
 * for them (MS-OXPROPS, MS-OXCDATA), whatever a protocol calls them.
 */
#ifndef SIM_MAPI_H
#define SIM_MAPI_H

#include "world/kept.h"
#include "world/world.h"

enum mapi_type { /* MS-OXCDATA 2.11.1; those of 2.11.1.1 are left out */
	MAPI_SHORT = 0x0002,
	MAPI_INTEGER = 0x0003,
	MAPI_FLOAT = 0x0004,
	MAPI_DOUBLE = 0x0005,
	MAPI_CURRENCY = 0x0006,
	MAPI_APPTIME = 0x0007,
	MAPI_BOOLEAN = 0x000B,
	MAPI_LONG = 0x0014,
	MAPI_STRING = 0x001F,
	MAPI_TIME = 0x0040,
	MAPI_GUID = 0x0048,
	MAPI_BINARY = 0x0102,
	MAPI_MANY = 0x1000 /* added to one of the others: several values */
};

struct mapi {
	unsigned tag; /* 0: it is named, within the set */
	unsigned type;
	const char *set;  /* a GUID, in any case; NULL: none that is known */
	const char *name; /* NULL: by id */
	long id;
};

/* What was written: its values as text, or NULL; see kept.h. */
const struct kept *mapi_kept(const struct mail *, const struct mapi *);
/* Takes copies; n = 0 forgets the property. */
void mapi_keep(struct mail *, const struct mapi *, const char *const *v, int n);

/* Do the two name the same property? */
bool mapi_same(const struct mapi *, const struct mapi *);

/*
 * Is it computed by the store, or another face of a member of struct mail or
 * struct item? Such a one is never kept.
 */
bool mapi_computed(const struct mapi *);

struct mapi_value {
	const char *s; /* MAPI_STRING: len bytes, borrowed; not always UTF-8 */
	size_t len;
	int64_t n; /* MAPI_INTEGER, MAPI_TIME */
	unsigned char bytes[16];
};

/*
 * The store's own value; false when there is none. attached: m is a message
 * that is attached to the item.
 */
bool mapi_get(struct mapi_value *, const struct mapi *, const struct item *,
    const struct mail *m, bool attached);

#endif
