/*
 * build.h - the request envelopes (README.md). Children in the order of
 * the schema; nothing newer than the version in use.
 * Floor: ews.
 * Threads: pure.
 */
#ifndef EWS_BUILD_H
#define EWS_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "core/provider.h"
#include "ews/version.h"

struct build {
	struct buf *out; /* check out->over afterwards */
	enum version version;
	/*
	 * Who is impersonated, or NULL, and by which child of ConnectingSID:
	 * PrimarySmtpAddress, PrincipalName or SID
	 */
	const char *impersonate, *impersonate_by;
	const char *delegate; /* mailbox of distinguished folders or NULL */
};

/* Each takes its own struct as the second argument. */
struct build_find_folder {
	int offset, max;
	int less;        /* 0..BUILD_LESS: more and more properties left out */
	const char *top; /* the distinguished folder below which they lie */
};
#define BUILD_LESS 3
void build_find_folder(const struct build *, const void *);

struct build_get_folder {
	const char *const *name; /* distinguished folder ids */
	size_t n;
	bool display; /* also ask for their display names */
};
void build_get_folder(const struct build *, const void *);

struct build_sync {
	const char *folder, *cursor;
	int max;   /* 1..512 */
	bool bare; /* ids alone */
};
void build_sync(const struct build *, const void *);

enum build_want {
	BUILD_HEADERS,
	BUILD_PARTIAL, /* everything but the body */
	BUILD_CONTENT,
	BUILD_BLOCK /* the header block alone */
};
/*
 * Which properties are asked for; each shape is used when the server refuses
 * the one before.
 */
enum build_shape {
	BUILD_FULL,
	BUILD_MAIL, /* what mail cannot do without, on any server */
	BUILD_ANY   /* what items of every class have: no message:* */
};
struct build_get_item {
	const struct item_ref *ref;
	size_t n;
	enum build_want want;
	enum build_shape shape;
};
void build_get_item(const struct build *, const void *);

struct build_get_attachment {
	const char *id;
	bool mime;
};
void build_get_attachment(const struct build *, const void *);

/* Creates a mail folder at the top of the mailbox. */
struct build_create_folder {
	const char *name;
};
void build_create_folder(const struct build *, const void *);

struct build_move_item {
	const char *folder, *item;
};
void build_move_item(const struct build *, const void *);

struct build_resolve {
	const char *name;
};
void build_resolve(const struct build *, const void *);

#endif
