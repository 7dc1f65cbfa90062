/*
 * ident.h - ids and change keys as Exchange hands them out: long, opaque,
 * base64, case-sensitive. Ids of neighbouring items differ in nothing but
 * the case of four letters.
 */
#ifndef SIM_IDENT_H
#define SIM_IDENT_H

#include "world/world.h"

#define IDENT_DEPTH 8 /* attachments within attachments */

struct att_path {
	int n;
	int at[IDENT_DEPTH];
};

void ident_item(struct sb *, const struct mailbox *, uint32_t num);
void ident_item_key(struct sb *, const struct item *);
/* Both, as attributes of those names. */
void ident_item_attrs(
    struct sb *, const struct item *, const char *id, const char *key);
void ident_folder(struct sb *, const struct folder *);
void ident_folder_key(struct sb *, const struct folder *);
void
ident_attachment(struct sb *, const struct item *, const struct att_path *);
/* For things without a life of their own (conversations). */
void ident_other(struct sb *, const struct mailbox *, uint64_t what);

/* Could it be a change key? Servers take short ones too: CQAAAA==. */
bool ident_is_key(const char *);

enum ident { IDENT_OK, IDENT_MALFORMED, IDENT_GONE };

enum ident ident_find_item(const char *id, struct item **);
enum ident ident_find_folder(const char *id, struct folder **);
enum ident
ident_find_attachment(const char *id, struct item **, struct att_path *);

#endif
