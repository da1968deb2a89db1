/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include <check.h>
#include <stdlib.h>

#include "module.h"

#define VERDICTS (PASPW_BUSY + 1)
#define ERRORS (PASPW_ERR_INTERNAL + 1)
/* As far outside of the lists as a future library may be. */
#define OUTSIDE 5

/* auth, account, password, session */
static const int of_verdict[VERDICTS][PHASE_COUNT] = {
	[PASPW_REFUSED] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR,
	    PAM_SESSION_ERR },
	[PASPW_ACCEPTED] = { PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS,
	    PAM_SUCCESS },
	[PASPW_LOCKED] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR,
	    PAM_SESSION_ERR },
	[PASPW_EXPIRED] = { PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR },
	[PASPW_CHANGE_REQUIRED] = { PAM_AUTH_ERR, PAM_NEW_AUTHTOK_REQD,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR },
	[PASPW_TOO_SOON] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR,
	    PAM_SESSION_ERR },
	[PASPW_WEAK] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR,
	    PAM_SESSION_ERR },
	[PASPW_REUSED] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR,
	    PAM_SESSION_ERR },
	[PASPW_NOT_YET_VALID] = { PAM_AUTH_ERR, PAM_ACCT_EXPIRED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR },
	[PASPW_NO_LONGER_VALID] = { PAM_AUTH_ERR, PAM_ACCT_EXPIRED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR },
	[PASPW_CLOSED] = { PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTH_ERR,
	    PAM_SESSION_ERR },
	[PASPW_BUSY] = { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_LOCK_BUSY, PAM_SESSION_ERR },
};

static const int of_error[ERRORS][PHASE_COUNT] = {
	/* No error and no verdict either: nobody said yes. */
	[PASPW_OK] = { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR,
	    PAM_SYSTEM_ERR },
	[PASPW_ERR_INVALID] = { PAM_AUTH_ERR, PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR },
	[PASPW_ERR_CONFIG] = { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR },
	[PASPW_ERR_STORE] = { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR },
	[PASPW_ERR_BUSY] = { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_LOCK_BUSY, PAM_SESSION_ERR },
	[PASPW_ERR_CRYPTO] = { PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL,
	    PAM_AUTHTOK_ERR, PAM_SESSION_ERR },
	[PASPW_ERR_NOTFOUND] = { PAM_AUTH_ERR, PAM_USER_UNKNOWN,
	    PAM_USER_UNKNOWN, PAM_SESSION_ERR },
	[PASPW_ERR_EXISTS] = { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR,
	    PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
	[PASPW_ERR_DENIED] = { PAM_AUTHINFO_UNAVAIL, PAM_PERM_DENIED,
	    PAM_PERM_DENIED, PAM_SESSION_ERR },
	[PASPW_ERR_MEMORY] = { PAM_BUF_ERR, PAM_BUF_ERR, PAM_BUF_ERR,
	    PAM_BUF_ERR },
	[PASPW_ERR_INTERNAL] = { PAM_SYSTEM_ERR, PAM_SYSTEM_ERR,
	    PAM_SYSTEM_ERR, PAM_SYSTEM_ERR },
};

START_TEST(says_each_verdict_in_each_phase)
{
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		ck_assert_msg(code_of_verdict((enum phase)phase,
		    (enum paspw_verdict)_i) == of_verdict[_i][phase],
		    "verdict %d, phase %d", _i, phase);
}
END_TEST

START_TEST(says_each_error_in_each_phase)
{
	for (int phase = 0; phase < PHASE_COUNT; phase++)
		ck_assert_msg(code_of_error((enum phase)phase, _i) ==
		    of_error[_i][phase], "error %d, phase %d", _i, phase);
}
END_TEST

START_TEST(refuses_what_it_does_not_know)
{
	for (int phase = -1; phase <= PHASE_COUNT; phase++) {
		for (int i = -OUTSIDE; i < VERDICTS + OUTSIDE; i++) {
			int code = code_of_verdict((enum phase)phase,
			    (enum paspw_verdict)i);

			ck_assert_int_ne(code, PAM_IGNORE);
			if (i != PASPW_ACCEPTED || phase < 0 ||
			    phase >= PHASE_COUNT)
				ck_assert_int_ne(code, PAM_SUCCESS);
		}
		for (int i = -OUTSIDE; i < ERRORS + OUTSIDE; i++) {
			int code = code_of_error((enum phase)phase, i);

			ck_assert_int_ne(code, PAM_IGNORE);
			ck_assert_int_ne(code, PAM_SUCCESS);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("codes");
	TCase *tc = tcase_create("codes");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, says_each_verdict_in_each_phase, 0, VERDICTS);
	tcase_add_loop_test(tc, says_each_error_in_each_phase, 0, ERRORS);
	tcase_add_test(tc, refuses_what_it_does_not_know);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
