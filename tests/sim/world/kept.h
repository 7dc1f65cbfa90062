/*
 * kept.h - properties that were written and have no member of their own in
 * struct mail. They live in the mail's arena and go where the mail goes.
 */
#ifndef SIM_KEPT_H
#define SIM_KEPT_H

#include "world/mail.h"
#include "base/sb.h"
#include "ews/shape.h"

const struct kept *kept_find(const struct mail *, const char *key);
/* The first value, or NULL. */
const char *kept_text(const struct mail *, const char *key);

/* Takes copies; n = 0 forgets the property. */
void kept_set(struct mail *, const char *key, const char *const *v, int n);
void kept_one(struct mail *, const char *key, const char *v); /* or NULL */
void kept_copy(struct mail *to, const struct mail *from);

/*
 * The key of an extended property: the same for a distinguished property set
 * and its GUID, for 0x0E07 and 0xe07.
 */
void kept_ext_key(struct sb *, const struct ext *);
const struct kept *kept_ext(const struct mail *, const struct ext *);

/* The GUID of a named property's set, or NULL. */
const char *kept_set_id(const struct ext *);

#endif
