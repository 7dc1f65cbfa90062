/*
 * body.h - bodies that a client wants in another kind than the stored one.
 */
#ifndef SIM_BODY_H
#define SIM_BODY_H

#include "base/sb.h"
#include "world/mail.h"

/* HTML to plain text, roughly as Exchange would. */
void body_plain(struct sb *, const char *html, size_t len);

/* Of a stored HTML body: the mail's own alternative, if it had one. */
void body_text(struct sb *, const struct mail *);
/* Of a stored text. */
void body_html(struct sb *, const struct mail *);

#endif
