/*
 * compact.c - exsync --compact: gives the space of removed mail back.
 */
#include <stdio.h>
#include <sys/statvfs.h>

#include "base/log.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "store/compact.h"

#define MB 1e6

/* What is announced before the file is written anew. */
static void
print_announcement(const struct conf *conf, const struct store_size *s)
{
	struct statvfs fs;
	double need = 2 * (double)(s->file - s->free) / MB;

	printf("%s: is written anew once, since an earlier version of exsync "
	       "made it. Nobody else can write meanwhile, and no pass begins; "
	       "it needs up to %.0f MB beside it",
	    conf->database, need + 1);
	if (statvfs(conf->database, &fs) == 0)
		printf(", where %.0f MB are free",
		    (double)fs.f_bavail * (double)fs.f_frsize / MB);
	printf("\n");
	fflush(stdout);
}

/* 1, 0: interrupted, -1. */
static int
compact_file(struct store *st, const struct conf *conf,
    const struct store_size *was, struct err *err)
{
	if (was->by_slices)
		return store_give_back(st, err);
	print_announcement(conf, was);
	return store_vacuum(st, err) == -1 ? -1 : 1;
}

static int
report_compact(const struct err *err)
{
	if (cmd_at_work(err))
		return CMD_AT_WORK;
	return str_eq(err->code, "reader") || err->cause == CAUSE_STOP
		   ? CMD_PARTIAL
		   : CMD_FAILED;
}

static int
compact_store(struct store *st, const struct conf *conf)
{
	struct err err = ERR_INIT;
	struct store_size was, is;
	int rc;

	if (store_lock(st, &err) == -1 || store_size(st, &was, &err) == -1 ||
	    (rc = compact_file(st, conf, &was, &err)) == -1 ||
	    store_size(st, &is, &err) == -1)
		return report_compact(&err);
	printf("%s: %.1f MB before, %.1f MB now\n", conf->database,
	    (double)was.file / MB, (double)is.file / MB);
	if (rc == 1)
		return CMD_OK;
	printf("interrupted: exsync --compact goes on from here\n");
	return CMD_PARTIAL;
}

int
compact_run(const struct cmd *cmd)
{
	struct err err = ERR_INIT;
	struct conf *conf = cmd_conf_offline(cmd);
	struct store *st;
	int rc;

	if (conf == NULL)
		return CMD_USAGE;
	if ((st = cmd_open_store(conf, 0, &err)) != NULL)
		rc = compact_store(st, conf);
	else
		rc = report_compact(&err);
	store_close(st);
	conf_free(conf);
	return rc;
}
