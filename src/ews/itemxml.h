/*
 * itemxml.h - the parser of GetItem's answers (README.md, Items): each item, of
 * whatever class, becomes a struct message.
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_ITEMXML_H
#define EWS_ITEMXML_H

#include <stdbool.h>

#include "core/model.h"
#include "ews/soap.h"

#define ITEMXML_ARENA_MAX ((size_t)32 << 20)

/* Zeroed with content, body, take and arg set is ready. */
struct itemxml {
	bool content;     /* bodies were asked for */
	bool reduced;     /* message:* properties were not */
	struct buf *body; /* borrowed; its cap is that of a body */
	/*
	 * One response message, or one of the items where it holds several. m
	 * (the taker's) is NULL when it held none; an item that is too large
	 * has its err set already.
	 */
	int (*take)(void *arg, const struct soap_status *, struct message *m,
	    struct err *);
	void *arg;
	/* of the item at hand */
	struct message *m;
	enum tok field;
	enum role role;
	const char *name, *email, *routing;
	struct attachment *att;
	unsigned tag;
	const char *value; /* of the extended property at hand */
	const char *sender_smtp, *from_smtp, *tag_mid;
	int64_t created;
	bool html, sniff, cut, over;
	bool told;  /* a field of it was */
	bool given; /* one of its response message was taken already */
};
extern const struct soap_ops itemxml_ops;

/* Frees an item that was not taken. */
void itemxml_free(struct itemxml *);
/*
 * Is this address to be looked up? Only a legacyExchangeDN is: the server
 * takes any other text (a fax number, the name of a private list) for the
 * beginning of a name, and would find somebody whom the mail does not mean.
 */
bool itemxml_unresolved(const struct address *);
/* Does the text end with Exchange's mark of a cut answer (README.md, Items)? */
bool itemxml_truncated(const char *text, size_t len);

#endif
