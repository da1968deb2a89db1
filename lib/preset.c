/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* preset: what each standard demands, as data. `pas` is the `standard` column
 * of the settings table; the others say where they differ from it. */
#include "policy.h"

#include <stdio.h>
#include <string.h>

static const struct preset_value {
	const char *preset;
	const char *setting;
	const char *users;
	const char *admins;		/* NULL: as for users */
	const char *source;		/* clause of the standard */
} values[] = {
	/* the signed plan of Mismo, section 9 */
	{ "pas", "min_length", "8", "10", "M03 M12" },

	/* ANSSI-PG-078 v2.0 */
	{ "anssi", "min_length", "12", "15", "R21" },
	{ "anssi", "require", "letter digit symbol upper lower", NULL, "R23" },
	{ "anssi", "min_classes", "4", NULL, "R23" },
	{ "anssi", "max_age", "never", "1y", "R24 R25" },
	{ "anssi", "unlock_after", "15m", NULL, "R10" },
	{ "anssi", "failure_window", "15m", NULL, "R10" },
	{ "anssi", "lock_root", "yes", NULL, "R10" },
	{ "anssi", "hash_cost", "8", NULL, "R29" },

	/* CNIL 2022-100, case 1. Five tries, then five hours: never more than
	 * the 25 failed tries in 24 hours that it allows, and the window may
	 * not be shorter for the same reason. */
	{ "cnil", "min_length", "12", NULL, "case 1" },
	{ "cnil", "require", "none", NULL, "case 1" },
	{ "cnil", "min_classes", "4", NULL, "case 1" },
	{ "cnil", "max_age", "never", "1y", "renewal" },
	{ "cnil", "history", "0", NULL, "" },
	{ "cnil", "unlock_after", "5h", NULL, "restriction" },
	{ "cnil", "failure_window", "24h", NULL, "restriction" },

	/* NIST SP 800-63B-4, section 3.1.1.2: no composition, no expiry */
	{ "nist-800-63b-4", "min_length", "15", NULL, "3.1.1.2" },
	{ "nist-800-63b-4", "require", "none", NULL, "3.1.1.2" },
	{ "nist-800-63b-4", "max_age", "never", NULL, "3.1.1.2" },
	{ "nist-800-63b-4", "history", "0", NULL, "" },
	{ "nist-800-63b-4", "lock_after", "10", NULL, "3.2.2" },

	/* PCI DSS 4.0.1 */
	{ "pci-dss-4", "min_length", "12", NULL, "8.3.6" },
	{ "pci-dss-4", "require", "letter digit", NULL, "8.3.6" },
	{ "pci-dss-4", "min_classes", "2", NULL, "8.3.6" },
	{ "pci-dss-4", "max_age", "90d", NULL, "8.3.9" },
	{ "pci-dss-4", "warn_before", "7d", NULL, "" },
	{ "pci-dss-4", "history", "4", NULL, "8.3.7" },
	{ "pci-dss-4", "lock_after", "10", NULL, "8.3.4" },
	{ "pci-dss-4", "unlock_after", "30m", NULL, "8.3.4" },
	{ "pci-dss-4", "failure_window", "30m", NULL, "" },

	/* CIS Debian 12 Benchmark */
	{ "cis-debian12", "min_length", "14", NULL, "5.3.3.2.2" },
	{ "cis-debian12", "require", "letter digit symbol upper lower", NULL,
	    "5.3.3.2.3" },
	{ "cis-debian12", "min_classes", "4", NULL, "5.3.3.2.3" },
	{ "cis-debian12", "max_age", "365d", NULL, "5.4.1.1" },
	{ "cis-debian12", "min_age", "1d", NULL, "5.4.1.2" },
	{ "cis-debian12", "warn_before", "7d", NULL, "5.4.1.3" },
	{ "cis-debian12", "history", "24", NULL, "5.3.3.3.1" },
	{ "cis-debian12", "unlock_after", "15m", NULL, "5.3.3.1.2" },
	{ "cis-debian12", "failure_window", "15m", NULL, "" },
	{ "cis-debian12", "lock_root", "yes", NULL, "5.3.3.1.3" },
	{ "cis-debian12", "hash_cost", "5", NULL, "5.4.1.4" }
};

/* The value of a setting under a preset, for users or for admins. */
static const char *
value_find(const char *preset, const struct policy_setting *setting,
    bool admins)
{
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(values[i].preset, preset) == 0 &&
		    strcmp(values[i].setting, setting->name) == 0)
			return admins && values[i].admins != NULL ?
			    values[i].admins : values[i].users;
	return setting->standard;
}

bool
policy_preset(struct policy *p, const char *name)
{
	const struct policy_setting *preset = policy_setting_find("preset");
	bool admins = strcmp(p->realm, "admins") == 0;
	struct policy made = *p;
	struct error e;

	if (preset == NULL || name[0] == '\0' ||
	    policy_set(&made, preset, name, &e) != PASPW_OK)
		return false;
	for (const struct policy_setting *s = policy_settings; s->name; s++)
		if (!policy_names_realm(s) && policy_set(&made, s,
		    value_find(name, s, admins), &e) != PASPW_OK)
			return false;
	*p = made;
	return true;
}

void
policy_standard(struct policy *p, const char *realm)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->realm, sizeof(p->realm), "%s", realm);
	/* Cannot fail, as the unit test shows for every value. If it did, the
	 * zeros left here would be refused by policy_fault. */
	if (!policy_preset(p, "pas"))
		p->min_length = 0;
}
