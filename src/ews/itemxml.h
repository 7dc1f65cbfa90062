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

/* Ready when zeroed, with content, body, take and arg set. */
struct itemxml {
	bool content;     /* bodies were asked for */
	bool reduced;     /* message:* properties were not asked for */
	struct buf *body; /* borrowed; its cap is that of a body */
	/*
	 * Called for one response message, or for each item if it holds
	 * several. m, which the callee takes over, is NULL if there was no
	 * item; an item that is too large has its err set already.
	 */
	int (*take)(void *arg, const struct soap_status *, struct message *m,
	    struct err *);
	void *arg;
	/* of the current item */
	struct message *m;
	enum tok field;
	enum role role;
	const char *name, *email, *routing;
	struct attachment *att;
	unsigned tag;
	const char *value; /* of the current extended property */
	const char *sender_smtp, *from_smtp, *tag_mid;
	int64_t created;
	bool html, sniff, cut, over;
	bool told;  /* a known field of it came */
	bool given; /* an item of this response message was taken already */
};
extern const struct soap_ops itemxml_ops;

/* Frees an item that was not taken. */
void itemxml_free(struct itemxml *);
/*
 * Must this address be looked up? Only a legacyExchangeDN must: the server
 * takes any other text (a fax number, the name of a private list) for the
 * beginning of a name, and would find somebody whom the mail does not mean.
 */
bool itemxml_unresolved(const struct address *);
/* Does the text end with Exchange's mark of truncation (README.md, Items)? */
bool itemxml_truncated(const char *text, size_t len);

#endif
