/*
 * ident.c - ids.
 * An id is a constant head per mailbox (base64 of 99 bytes), 16 characters
 * that hide the number, and four letters whose case is the number's low
 * bits. It is checked by making it again.
 */
#include "ews/ident.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "ews/option.h"

#define TAIL   20
#define SUFFIX 32 /* of an attachment id */

enum id_kind { KIND_ITEM = 1, KIND_FOLDER = 2, KIND_OTHER = 3 };

/* Head of folder ids is 69 bytes: 92 + 20 = 112 characters. */
static void
head(struct sb *b, const struct mailbox *mb, size_t n)
{
	unsigned char bytes[99] = { 0x00, 0x03, 0x24, 0x00 };
	uint64_t state = mb->hash;
	size_t i;

	memcpy(bytes + 4, mb->guid, 36);
	bytes[41] = 'F';
	for (i = 47; i < n; i++)
		bytes[i] = (unsigned char)hash_next(&state);
	sb_b64(b, bytes, n);
}

static void
tail(struct sb *b, const struct mailbox *mb, enum id_kind kind, uint64_t num)
{
	uint64_t high = num >> 4 << 2 | (uint64_t)kind;
	uint64_t x = hash_mix(high), y = hash_mix(x ^ mb->hash);
	unsigned char bytes[12];
	int i;

	for (i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(x >> 8 * i);
	for (i = 0; i < 4; i++)
		bytes[8 + i] = (unsigned char)(y >> 8 * i);
	sb_b64(b, bytes, sizeof(bytes));
	for (i = 0; i < 4; i++) {
		char c = (char)('A' + (y >> (32 + 5 * i) & 31) % 26);

		sb_ch(b, num >> i & 1 ? (char)tolower(c) : c);
	}
}

static void
make(struct sb *b, const struct mailbox *mb, enum id_kind kind, uint64_t num)
{
	if (option.short_ids)
		SB_LIT(b, "AAMkSIMS");
	else
		head(b, mb, kind == KIND_ITEM ? 99 : 69);
	tail(b, mb, kind, num);
}

void
ident_item(struct sb *b, const struct mailbox *mb, uint32_t num)
{
	make(b, mb, KIND_ITEM, num);
}

void
ident_folder(struct sb *b, const struct folder *f)
{
	make(b, f->mailbox, KIND_FOLDER, f->num);
}

void
ident_other(struct sb *b, const struct mailbox *mb, uint64_t what)
{
	make(b, mb, KIND_OTHER, what >> 8);
}

static void
key(struct sb *b, const char *start, uint64_t num, uint32_t version)
{
	unsigned char bytes[21] = { 0 };
	uint64_t h = hash_mix(num);
	int i;

	for (i = 0; i < 14; i++)
		bytes[i] = (unsigned char)(h >> i % 8 * 8);
	for (i = 0; i < 4; i++)
		bytes[17 + i] = (unsigned char)(version >> (24 - 8 * i));
	sb_str(b, start);
	sb_b64(b, bytes, sizeof(bytes));
}

void
ident_item_key(struct sb *b, const struct item *it)
{
	key(b, "CQAAABYA", it->num, it->version + 1);
}

void
ident_item_attrs(
    struct sb *b, const struct item *it, const char *id, const char *key_name)
{
	sb_ch(b, ' ');
	sb_str(b, id);
	SB_LIT(b, "=\"");
	ident_item(b, it->folder->mailbox, it->num);
	SB_LIT(b, "\" ");
	sb_str(b, key_name);
	SB_LIT(b, "=\"");
	ident_item_key(b, it);
	SB_LIT(b, "\"");
}

void
ident_folder_key(struct sb *b, const struct folder *f)
{
	key(b, "AQAAABYA", f->num, f->version);
}

bool
ident_is_key(const char *text)
{
	struct sb b = { 0 };
	bool ok = sb_unb64(&b, text, strlen(text)) == 0 && b.n >= 4 &&
		  b.p[0] != 0 && (unsigned char)b.p[0] < 0x20 && b.p[1] == 0 &&
		  b.p[2] == 0;

	sb_free(&b);
	return ok;
}

void
ident_attachment(
    struct sb *b, const struct item *it, const struct att_path *path)
{
	unsigned char bytes[24] = { 0x01, 0x12, 0x00, 0x10 };
	int i;

	ident_item(b, it->folder->mailbox, it->num);
	bytes[4] = (unsigned char)path->n;
	for (i = 0; i < path->n; i++) {
		bytes[5 + 2 * i] = (unsigned char)(path->at[i] >> 8);
		bytes[6 + 2 * i] = (unsigned char)path->at[i];
	}
	sb_b64(b, bytes, sizeof(bytes));
}

/* The number that the id's end claims; the caller checks the claim. */
static int
claim(const char *id, size_t len, enum id_kind kind, uint64_t *num)
{
	struct sb b = { 0 };
	uint64_t x = 0;
	int i;

	if (len < TAIL || sb_unb64(&b, id + len - TAIL, 16) < 0) {
		sb_free(&b);
		return -1;
	}
	for (i = 0; i < 8; i++)
		x |= (uint64_t)(unsigned char)b.p[i] << 8 * i;
	sb_free(&b);
	x = hash_unmix(x);
	if ((x & 3) != (uint64_t)kind || x >> 2 > UINT32_MAX >> 4)
		return -1;
	*num = x >> 2 << 4;
	for (i = 0; i < 4; i++)
		if (islower((unsigned char)id[len - 4 + (size_t)i]))
			*num |= (uint64_t)1 << i;
	return 0;
}

static bool
same(const char *id, size_t len, const struct mailbox *mb, enum id_kind kind,
    uint64_t num)
{
	struct sb b = { 0 };
	bool ok;

	make(&b, mb, kind, num);
	ok = b.n == len && memcmp(b.p, id, len) == 0;
	sb_free(&b);
	return ok;
}

static enum ident
find_item(const char *id, size_t len, struct item **it)
{
	uint64_t num;

	*it = NULL;
	if (claim(id, len, KIND_ITEM, &num) < 0)
		return IDENT_MALFORMED;
	if (num >= world.n_items)
		return IDENT_MALFORMED;
	if (world.items[num] == NULL)
		return IDENT_GONE;
	if (!same(id, len, world.items[num]->folder->mailbox, KIND_ITEM, num))
		return IDENT_MALFORMED;
	*it = world.items[num];
	return IDENT_OK;
}

enum ident
ident_find_item(const char *id, struct item **it)
{
	return find_item(id, strlen(id), it);
}

enum ident
ident_find_folder(const char *id, struct folder **f)
{
	size_t len = strlen(id);
	uint64_t num;

	*f = NULL;
	if (claim(id, len, KIND_FOLDER, &num) < 0 || num >= world.n_folders)
		return IDENT_MALFORMED;
	if (!same(id, len, world.folders[num]->mailbox, KIND_FOLDER, num))
		return IDENT_MALFORMED;
	if (world.folders[num]->gone)
		return IDENT_GONE;
	*f = world.folders[num];
	return IDENT_OK;
}

enum ident
ident_find_attachment(const char *id, struct item **it, struct att_path *path)
{
	size_t len = strlen(id);
	struct sb b = { 0 };
	const unsigned char *p;
	int i;

	*it = NULL;
	if (len <= SUFFIX || sb_unb64(&b, id + len - SUFFIX, SUFFIX) < 0 ||
	    b.n != 24 || b.p[0] != 0x01 || b.p[4] < 1 || b.p[4] > IDENT_DEPTH) {
		sb_free(&b);
		return IDENT_MALFORMED;
	}
	p = (const unsigned char *)b.p + 5;
	path->n = p[-1];
	for (i = 0; i < path->n; i++)
		path->at[i] = p[2 * i] << 8 | p[2 * i + 1];
	sb_free(&b);
	return find_item(id, len - SUFFIX, it);
}
