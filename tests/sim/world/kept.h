/*
 * kept.h - properties that were written and have no member of their own in
 * struct mail. They live in the mail's arena and go where the mail goes.
 *
 * Values are text: true or false, times as sb_time writes them, numbers in
 * decimal. A key is one of the following, or one of mapi.c.
 */
#ifndef SIM_KEPT_H
#define SIM_KEPT_H

#include "base/sb.h"
#include "world/mail.h"

#define KEPT_READ               "read"       /* of an attached message */
#define KEPT_CATEGORIES         "categories" /* likewise; commas between */
#define KEPT_CULTURE            "culture"
#define KEPT_REMINDER           "reminder"
#define KEPT_REMINDER_DUE       "reminder due"
#define KEPT_REMINDER_MINUTES   "reminder minutes"
#define KEPT_DELIVERY_RECEIPT   "delivery receipt"
#define KEPT_RESPONSE_REQUESTED "response requested"
#define KEPT_FLAG               "flag" /* enum flag, as a number */
#define KEPT_FLAG_START         "flag start"
#define KEPT_FLAG_DUE           "flag due"
#define KEPT_FLAG_DONE          "flag done"

enum flag { FLAG_NONE, FLAG_DONE, FLAG_SET }; /* as PidTagFlagStatus */

const struct kept *kept_find(const struct mail *, const char *key);
/* The first value, or NULL. */
const char *kept_text(const struct mail *, const char *key);

/* Takes copies; n = 0 forgets the property. */
void kept_set(struct mail *, const char *key, const char *const *v, int n);
void kept_one(struct mail *, const char *key, const char *v); /* or NULL */
void kept_copy(struct mail *to, const struct mail *from);

#endif
