/*
 * fuzz_address.c - normalising an address is idempotent, and the result is one
 * word of valid UTF-8.
 */
#include "base/address.h"
#include "base/utf8.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size), *one = address_normalise(s), *two;
	char out[ADDRESS_MAX], small[16];
	size_t n = address_normalise_to(s, out, sizeof(out)), k;

	FUZZ_CHECK((one == NULL) == (n == 0));
	k = address_normalise_to(s, small, sizeof(small));
	FUZZ_CHECK(k == 0 || (k == n && k < sizeof(small)));
	if (one != NULL) {
		FUZZ_CHECK(strlen(one) == n && strcmp(one, out) == 0);
		FUZZ_CHECK(utf8_valid(one, n));
		for (k = 0; k < n; k++)
			FUZZ_CHECK((unsigned char)one[k] > 0x1f &&
				   one[k] != 0x7f &&
				   !(one[k] >= 'A' && one[k] <= 'Z'));
		FUZZ_CHECK(strchr(one, '@') > one);
		FUZZ_CHECK(address_domain(one)[0] != '\0');
		FUZZ_CHECK(strpbrk(address_domain(one), " @<>") == NULL);
		two = address_normalise(one);
		FUZZ_CHECK(two != NULL && strcmp(one, two) == 0);
		free(two);
	}
	free(one);
	free(s);
	return 0;
}
