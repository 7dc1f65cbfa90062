/*
 * world.c - registry of accounts, address book and mailboxes.
 * 1. Folder and item numbers are never used again.
 * 2. Addresses compare without case; accounts by their keys (account.h).
 */
#include "world/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "base/map.h"
#include "world/account.h"
#include "world/folder.h"
#include "world/gen.h"
#include "world/item.h"

struct world world;

static struct map by_addr, by_dn, by_owner, by_account;

void
world_init(enum product p)
{
	pthread_rwlock_init(&world.lock, NULL);
	world.product = p;
	world.lockout_seconds = 1800;
	account_domain("CONTOSO", "contoso.example");
	world.persons_end = &world.persons;
	world.mailboxes_end = &world.mailboxes;
}

int64_t
world_now(void)
{
	return world.stands != 0 ? world.stands : (int64_t)time(NULL);
}

struct person *
world_person(const char *addr)
{
	return map_get(&by_addr, addr);
}

struct person *
world_person_dn(const char *dn)
{
	return map_get(&by_dn, dn);
}

/* The legacyExchangeDN that an administrator would find. */
static char *
default_dn(const char *addr)
{
	struct sb b = { 0 };
	size_t i;

	SB_LIT(&b, "/o=Sim Org/ou=Exchange Administrative Group "
		   "(FYDIBOHF23SPDLT)/cn=Recipients/cn=");
	for (i = 0; addr[i] != 0 && addr[i] != '@'; i++)
		sb_ch(&b, addr[i]);
	sb_fmt(&b, "-%06x", (unsigned)(hash_str(addr) & 0xFFFFFF));
	return b.p;
}

struct person *
world_add_person(const char *addr, const char *name, const char *dn)
{
	struct person *p = sb_xmalloc(sizeof(*p));

	p->addr = sb_xstrdup(addr);
	p->name = sb_xstrdup(name != NULL ? name : addr);
	p->dn = dn != NULL ? sb_xstrdup(dn) : default_dn(addr);
	*world.persons_end = p;
	world.persons_end = &p->next;
	map_put(&by_addr, p->addr, p);
	map_put(&by_dn, p->dn, p);
	return p;
}

void
world_add_alias(struct person *p, const char *addr)
{
	p->alias =
	    sb_xrealloc(p->alias, sizeof(*p->alias) * (size_t)(p->n_alias + 1));
	p->alias[p->n_alias] = sb_xstrdup(addr);
	map_put(&by_addr, p->alias[p->n_alias++], p);
}

void
world_set_account(struct person *p, const char *upn, const char *sid)
{
	if (upn != NULL) {
		p->upn = sb_xstrdup(upn);
		map_put(&by_account, p->upn, p);
	}
	if (sid != NULL) {
		p->sid = sb_xstrdup(sid);
		map_put(&by_account, p->sid, p);
	}
}

struct person *
world_person_account(const char *upn_or_sid)
{
	return map_get(&by_account, upn_or_sid);
}

struct mailbox *
world_mailbox(const char *addr)
{
	struct person *p = world_person(addr);

	return p != NULL ? p->mailbox : NULL;
}

struct mailbox *
world_add_mailbox(struct person *p, const char *owner)
{
	struct mailbox *mb = sb_xmalloc(sizeof(*mb));
	uint64_t h = hash_str(p->addr), g = hash_mix(h);

	mb->person = p;
	p->mailbox = mb;
	mb->hash = h;
	mb->owner = owner != NULL ? account_key(owner) : NULL;
	snprintf(mb->guid, sizeof(mb->guid), "%08x-%04x-4%03x-a%03x-%012llx",
	    (unsigned)(h >> 32), (unsigned)(h >> 16 & 0xFFFF),
	    (unsigned)(h >> 4 & 0xFFF), (unsigned)(g >> 52),
	    (unsigned long long)(g & 0xFFFFFFFFFFFF));
	if (mb->owner != NULL)
		map_put(&by_owner, mb->owner, mb);
	*world.mailboxes_end = mb;
	world.mailboxes_end = &mb->next;
	folder_standard(mb);
	return mb;
}

void
world_add_delegate(struct mailbox *mb, const char *account)
{
	mb->delegate = sb_xrealloc(
	    mb->delegate, sizeof(*mb->delegate) * (size_t)(mb->n_delegate + 1));
	mb->delegate[mb->n_delegate++] = account_key(account);
}

struct mailbox *
world_own(const struct account *a)
{
	return map_get(&by_owner, a->key);
}

bool
world_may_open(const struct account *a, const struct mailbox *mb)
{
	int i;

	if (mb->owner != NULL && strcmp(mb->owner, a->key) == 0)
		return true;
	for (i = 0; i < mb->n_delegate; i++)
		if (strcmp(mb->delegate[i], a->key) == 0)
			return true;
	return false;
}

uint32_t
world_new_folder_num(struct folder *f)
{
	world.folders = sb_grow(
	    world.folders, world.n_folders, &world.cap_folders, sizeof(f));
	world.folders[world.n_folders] = f;
	return (uint32_t)world.n_folders++;
}

uint32_t
world_new_item_num(struct item *it)
{
	world.items =
	    sb_grow(world.items, world.n_items, &world.cap_items, sizeof(it));
	world.items[world.n_items] = it;
	world.lasting = sb_grow(world.lasting, world.n_items,
	    &world.cap_lasting, sizeof(*world.lasting));
	world.lasting[world.n_items].first = (uint32_t)world.n_items;
	world.lasting[world.n_items].last = (uint32_t)world.n_items;
	return (uint32_t)world.n_items++;
}

void
world_keep_first(uint32_t new_num, uint32_t old_num)
{
	uint32_t first = world.lasting[old_num].first;

	world.lasting[new_num].first = first;
	world.lasting[first].last = new_num;
}

uint32_t
world_first(uint32_t num)
{
	return world.lasting[num].first;
}

struct item *
world_item_first(uint32_t first)
{
	/* one that was moved on to the archive is another item there */
	if (first >= world.n_items || world.lasting[first].first != first)
		return NULL;
	return world.items[world.lasting[first].last];
}

static void
free_strings(char **v, int n)
{
	int i;

	for (i = 0; i < n; i++)
		free(v[i]);
	free(v);
}

static void
free_people(void)
{
	struct person *p;

	account_free();
	while ((p = world.persons) != NULL) {
		world.persons = p->next;
		free(p->addr);
		free(p->name);
		free(p->dn);
		free(p->upn);
		free(p->sid);
		free_strings(p->alias, p->n_alias);
		free(p);
	}
}

void
world_free(void)
{
	struct mailbox *mb;
	size_t i;

	for (i = 0; i < world.n_items; i++)
		item_free(world.items[i]);
	free(world.items);
	free(world.lasting);
	for (i = 0; i < world.n_folders; i++)
		folder_free(world.folders[i]);
	free(world.folders);
	while ((mb = world.mailboxes) != NULL) {
		world.mailboxes = mb->next;
		free_strings(mb->delegate, mb->n_delegate);
		free(mb->folders);
		free(mb->owner);
		free(mb);
	}
	free_people();
	map_free(&by_addr);
	map_free(&by_dn);
	map_free(&by_owner);
	map_free(&by_account);
	gen_free();
	pthread_rwlock_destroy(&world.lock);
}
