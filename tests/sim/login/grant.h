/*
 * grant.h - what the token endpoint has given out: access and refresh tokens,
 * device codes.
 * Floor: login.
 * Threads: guarded by world.lock.
 */
#ifndef SIM_GRANT_H
#define SIM_GRANT_H

#include "login/app.h"

/* What a token is for. Borrowed but in a token, whose own they are. */
struct grant {
	struct app *app;
	const struct tenant *tenant;
	const char *user;     /* an account's name; NULL: the app itself */
	const char *audience; /* https://outlook.office365.com */
	const char *scope;    /* delegated permissions, separated by spaces */
	const char *asked;    /* the scope as it was asked for */
};

struct token {
	struct token *next;
	struct grant grant;
	char *text;
	bool refresh;
	int64_t expires;
	int64_t used; /* of a refresh token: when it was replaced; 0: not */
	bool revoked;
	struct account account; /* who acts with an access token of a user */
};

enum device_state { DEVICE_PENDING, DEVICE_APPROVED, DEVICE_DECLINED };

struct device {
	struct device *next;
	char *code, *user_code;
	struct app *app;
	const struct tenant *tenant;
	char *scope, *user;
	int64_t expires;
	long interval;     /* seconds; grows with each slow_down */
	int64_t polled_ms; /* the last time; 0: never */
	enum device_state state;
};

/* A new token; refresh: not an access token. Lives as long as the program. */
struct token *grant_token(const struct grant *, bool refresh);
/* By its text, whatever it is and how old; NULL: never given out. */
struct token *grant_find(const char *text, bool refresh);
/* Ends all refresh tokens of that account. How many there were. */
unsigned grant_revoke(const char *user);

struct device *
grant_device(struct app *, const struct tenant *, const char *scope);
struct device *grant_device_code(const char *code);
/* By the code that the user types, its letter case apart; "last": newest. */
struct device *grant_user_code(const char *user_code);
/* One JSON array of those that wait for a user. */
void grant_pending(struct sb *);

/* One JSON array of all tokens and device codes that were given out. */
void grant_secrets(struct sb *);

/* Milliseconds since 1970 by the world's clock. */
int64_t grant_now_ms(void);
/* How many access tokens were given out. */
unsigned long grant_issued(void);
void grant_free(void);

#endif
