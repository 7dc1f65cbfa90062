/*
 * gident.c - ids.
 * An id is a head that is the mailbox's, 24 characters that hide kind, number
 * and attachment, four letters whose case is the number's low bits, and "=".
 * It is checked by making it again.
 */
#include "graph/gident.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"

#define CODED 24 /* characters of 18 bytes */
#define TAIL  (CODED + 5)

enum gident_kind { G_ITEM = 1, G_LASTING, G_FOLDER, G_CONVERSATION, G_ATT = 4 };

struct claim {
	unsigned kind; /* enum gident_kind, G_ATT added for an attachment */
	uint64_t num;
	int attachment;
};

static void
b64url(struct sb *b, const void *data, size_t n)
{
	size_t i, from = b->n;

	sb_b64(b, data, n);
	for (i = from; i < b->n; i++)
		b->p[i] = b->p[i] == '+' ? '-' : b->p[i] == '/' ? '_' : b->p[i];
}

static int
unb64url(struct sb *b, const char *text, size_t n)
{
	char copy[CODED];
	size_t i;

	for (i = 0; i < n && i < CODED; i++)
		copy[i] = text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i];
	return sb_unb64(b, copy, i);
}

/* "AAMk" begins ids of the one kind, "AAkA" those of the other. */
static void
put_head(struct sb *b, const struct mailbox *mb, bool lasting)
{
	unsigned char bytes[48] = { 0x00, 0x03, 0x24, 0x00 };
	static const unsigned char LASTING[] = { 0x00, 0x09, 0x00, 0x2E };

	memcpy(bytes + 4, mb->guid, 36);
	if (lasting)
		memcpy(bytes, LASTING, sizeof(LASTING));
	bytes[41] = 'F';
	memcpy(bytes + 42, &mb->hash, 6);
	b64url(b, bytes, sizeof(bytes));
}

static void
put_id(struct sb *b, const struct mailbox *mb, const struct claim *c)
{
	uint64_t x = hash_mix(c->num >> 4 << 3 | c->kind);
	uint64_t y = hash_mix(x ^ mb->hash);
	uint32_t att = (uint32_t)c->attachment ^ (uint32_t)(x >> 16);
	unsigned char bytes[18];
	int i;

	put_head(b, mb, c->kind % G_ATT == G_LASTING);
	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(x >> 8 * i);
	for (i = 0; i < 4; i++)
		bytes[8 + i] = (unsigned char)(att >> 8 * i);
	for (i = 0; i < 6; i++)
		bytes[12 + i] = (unsigned char)(y >> 8 * i);
	b64url(b, bytes, sizeof(bytes));
	for (i = 0; i < 4; i++) {
		char letter = (char)('A' + (y >> (24 + 5 * i) & 31) % 26);

		sb_ch(b, c->num >> i & 1 ? (char)tolower((unsigned char)letter)
					 : letter);
	}
	sb_ch(b, '=');
}

void
gident_item(
    struct sb *b, const struct mailbox *mb, uint32_t num, bool immutable)
{
	struct claim c = { G_ITEM, num, 0 };

	if (immutable)
		c = (struct claim){ G_LASTING, world_first(num), 0 };
	put_id(b, mb, &c);
}

void
gident_attachment(
    struct sb *b, const struct item *it, int attachment, bool immutable)
{
	struct claim c = { G_ITEM + G_ATT, it->num, attachment };

	if (immutable)
		c = (struct claim){ G_LASTING + G_ATT, world_first(it->num),
			attachment };
	put_id(b, it->folder->mailbox, &c);
}

void
gident_folder(struct sb *b, const struct folder *f)
{
	struct claim c = { G_FOLDER, f->num, 0 };

	put_id(b, f->mailbox, &c);
}

void
gident_conversation(struct sb *b, const struct mailbox *mb, uint64_t hash)
{
	struct claim c = { G_CONVERSATION, hash >> 8, 0 };

	put_id(b, mb, &c);
}

void
gident_user(struct sb *b, const struct person *p)
{
	uint64_t h = hash_str(p->addr), k = hash_mix(h);

	sb_fmt(b, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(h >> 32),
	    (unsigned)(h >> 16 & 0xFFFF), (unsigned)(h & 0xFFF),
	    (unsigned)(k & 0xFFF), (unsigned long long)(k >> 16));
}

void
gident_key(struct sb *b, const struct item *it)
{
	unsigned char bytes[21] = { 0 };
	uint64_t h = hash_mix(it->num);
	int i;

	for (i = 0; i < 14; i++)
		bytes[i] = (unsigned char)(h >> i % 8 * 8);
	for (i = 0; i < 4; i++)
		bytes[17 + i] =
		    (unsigned char)((it->version + 1) >> (24 - 8 * i));
	SB_LIT(b, "CQAAABYA");
	sb_b64(b, bytes, sizeof(bytes));
}

/* What the id claims to be; put_id tells whether it is that. */
static int
read_claim(const char *id, struct claim *c)
{
	size_t len = strlen(id);
	const char *tail = id + len - TAIL;
	struct sb b = { 0 };
	uint64_t x = 0;
	uint32_t att = 0;
	int i;

	if (len < TAIL || unb64url(&b, tail, CODED) < 0) {
		sb_free(&b);
		return -1;
	}
	for (i = 0; i < 8; i++)
		x |= (uint64_t)(unsigned char)b.p[i] << 8 * i;
	for (i = 0; i < 4; i++)
		att |= (uint32_t)(unsigned char)b.p[8 + i] << 8 * i;
	sb_free(&b);
	c->attachment = (int)(att ^ (uint32_t)(x >> 16));
	x = hash_unmix(x);
	c->kind = x & 7;
	c->num = x >> 3 << 4;
	for (i = 0; i < 4; i++)
		if (islower((unsigned char)tail[CODED + i]))
			c->num |= (uint64_t)1 << i;
	return c->num <= UINT32_MAX ? 0 : -1;
}

static bool
holds(const char *id, const struct mailbox *mb, const struct claim *c)
{
	struct sb b = { 0 };
	bool same;

	put_id(&b, mb, c);
	same = strcmp(b.p, id) == 0;
	sb_free(&b);
	return same;
}

static enum gident
claimed_item(const char *id, const struct claim *c, struct item **found)
{
	const struct mailbox *mb;
	struct item *it;

	*found = NULL;
	if (c->num >= world.n_items)
		return GIDENT_MALFORMED;
	it = c->kind % G_ATT == G_LASTING ? world_item_first((uint32_t)c->num)
					  : world.items[c->num];
	if (it != NULL && holds(id, it->folder->mailbox, c)) {
		*found = it;
		return GIDENT_OK;
	}
	/* of what is gone nobody knows whose it was */
	for (mb = world.mailboxes; it == NULL && mb != NULL; mb = mb->next)
		if (holds(id, mb, c))
			return GIDENT_GONE;
	return GIDENT_MALFORMED;
}

enum gident
gident_find_item(const char *id, struct item **it)
{
	struct claim c;

	*it = NULL;
	if (read_claim(id, &c) < 0 || (c.kind != G_ITEM && c.kind != G_LASTING))
		return GIDENT_MALFORMED;
	return claimed_item(id, &c, it);
}

enum gident
gident_find_attachment(const char *id, struct item **it, int *attachment)
{
	struct claim c;

	*it = NULL;
	if (read_claim(id, &c) < 0 ||
	    (c.kind != G_ITEM + G_ATT && c.kind != G_LASTING + G_ATT))
		return GIDENT_MALFORMED;
	*attachment = c.attachment;
	return claimed_item(id, &c, it);
}

enum gident
gident_find_folder(const char *id, struct folder **f)
{
	struct claim c;

	*f = NULL;
	if (read_claim(id, &c) < 0 || c.kind != G_FOLDER ||
	    c.num >= world.n_folders ||
	    !holds(id, world.folders[c.num]->mailbox, &c))
		return GIDENT_MALFORMED;
	if (world.folders[c.num]->gone)
		return GIDENT_GONE;
	*f = world.folders[c.num];
	return GIDENT_OK;
}
