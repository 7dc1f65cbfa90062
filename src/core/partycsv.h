/*
 * partycsv.h - a CSV file of users or of contacts.
 * Floor: core.
 * Threads: as the list.
 *
 * The format is that of csv.h. The first line is a header: crm_id, address,
 * and perhaps name and crm_type, in any order and case; in the file of users
 * perhaps upn and sid, which are taken as they are written. Other columns are
 * passed over. White space around a field does not count. A row has one
 * address; a person with several has several rows.
 */
#ifndef CORE_PARTYCSV_H
#define CORE_PARTYCSV_H

#include "base/err.h"
#include "core/party.h"

/*
 * Appends the rows of the file. crm_type is the type of the rows that name
 * none; "user" makes it the file of users, where all rows are users, and any
 * other type the file of contacts, where none is a user or a queue. Rows
 * without an address are passed over, and so are rows that are wrong, with a
 * warning for the first of them and for how many there are; a file that has no
 * others is an error.
 *
 * A file that changes while it is read, or that was written to just before,
 * is read again until it rests.
 *
 * -1: nothing is appended.
 * ERR_CONFIG: the file cannot be read, is larger than 512 MB, its header line
 * is wrong, a quote is not closed, or there is no row that is right; the
 * message begins with the file, and with the line if it is about one.
 * ERR_RETRY, csv-unsettled: the file did not rest within ten seconds, or the
 * program is to stop.
 */
int partycsv_load(
    struct party_list *, const char *path, const char *crm_type, struct err *);

#endif
