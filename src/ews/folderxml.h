/*
 * folderxml.h - the parser of FindFolder's and GetFolder's answers.
 * Floor: ews.
 * Threads: as the session.
 */
#ifndef EWS_FOLDERXML_H
#define EWS_FOLDERXML_H

#include <stdbool.h>

#include "core/provider.h"
#include "ews/soap.h"

/* Ready when zeroed, with list set. A folder's path is its bare name here. */
struct folderxml {
	struct folder_list *list;
	bool find; /* FindFolder: RootFolder/Folders, else Folders */
	bool over; /* past the arena's cap */
	struct folder cur;
	unsigned tag;      /* of the current extended property ... */
	const char *value; /* ... and its value */
	const char *changed, *deleted, *class_tag;
	bool is_search;
	const char *class_name; /* the class that the element's name tells */
	/* of the page */
	bool last, last_known;
	int64_t next; /* IndexedPagingOffset, -1 missing */
	/* GetFolder: the names asked for, with one response message each */
	const char *const *name;
	size_t nname, message;
	size_t inside;  /* folders in this message */
	bool crowded;   /* a message held more than one */
	struct err err; /* of the first message that failed */
};
extern const struct soap_ops folderxml_find, folderxml_get;

/* The number in "0x670A" or "0x670a"; 0 for NULL. */
unsigned folderxml_tag(const char *);

#endif
