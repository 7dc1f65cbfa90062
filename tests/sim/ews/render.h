/*
 * render.h - items, bodies, attachments and extended properties as XML.
 */
#ifndef SIM_RENDER_H
#define SIM_RENDER_H

#include "ews/ident.h"
#include "ews/shape.h"

struct view { /* what is being rendered, for whom */
	struct call *c;
	const struct shape *s;
	const struct item *item; /* the item, or the one it is attached to */
	const struct mail *m;
	struct att_path path; /* n > 0: an attached message */
	bool list;            /* FindItem, SyncFolderItems */
};

/* The item's element, complete. */
void render_item(
    struct call *, const struct shape *, const struct item *, bool list);
void render_mail(const struct view *);
/* Only t:ItemId. */
void render_item_id(struct sb *, const struct item *);
/* t:Attachments with nothing but their ids; nothing when there are none. */
void render_attachment_ids(struct sb *, const struct item *);
/*
 * m:Items with the id of that message, and with those of its attachments when
 * asked for; NULL: with nothing.
 */
void render_items(struct sb *, const struct item *, bool attachments);
/* t:NAME with that text; NULL: nothing. */
void render_text(struct sb *, const char *name, const char *);
/* t:EffectiveRights; create: things in it may be created. */
void render_rights(const struct call *, struct sb *, bool create);

/* Parts of render_mail in files of their own. */
void render_body(const struct view *, const char *element, enum body_type);
void render_attachments(const struct view *);
/* What an attachment is called, and its type when that is told. */
void render_att_names(struct sb *, const struct att *, bool type);
void render_extended(const struct view *);
void render_addrs(const struct view *, const char *element,
    const struct addrs *, unsigned ex);
void render_addr(const struct view *, const struct addr *, bool ex);

/* The t:ExtendedFieldURI that was asked for, as the server echoes it. */
void render_ext_uri(struct sb *, const struct ext *);

#endif
