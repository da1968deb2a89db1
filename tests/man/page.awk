# SPDX-License-Identifier: LGPL-2.1-or-later
# Copyright (C) 2026 the libpaspw maintainers
#
# A manual as lines of: section, subsection, tag of the entry, kind, text.
# The kind is tag, text or ex; the example lines of a block that is marked
# `.\" run: KIND ...` have run-KIND instead. Fonts are gone.

BEGIN {
	FS = "\n"
	OFS = "\t"
}

# The arguments of a macro: "..." is one of them.
function arguments(line, glue,		text, one)
{
	sub(/^\.[A-Za-z]+ */, "", line)
	text = ""
	while (line != "") {
		if (match(line, /^"[^"]*"/)) {
			one = substr(line, 2, RLENGTH - 2)
		} else {
			match(line, /^[^ ]+/)
			one = substr(line, 1, RLENGTH)
		}
		line = substr(line, RLENGTH + 1)
		sub(/^ +/, "", line)
		text = text (text == "" ? "" : glue) one
	}
	return text
}

function plain(text)
{
	gsub(/\\f[A-Z]/, "", text)
	gsub(/\\-/, "-", text)
	gsub(/\\\(dq/, "\"", text)
	gsub(/\\\['e\]/, "\303\251", text)
	gsub(/\\e/, "\\", text)
	return text
}

function put(kind, text)
{
	print section, subsection, tag, kind, plain(text)
}

/^\.\\" run: / {
	mark = "run-" substr($0, length(".\\\" run: ") + 1)
	next
}
/^\.\\"/ { next }
/^\.EX/ { ex = 1; next }
/^\.EE/ {
	ex = 0
	mark = ""
	put("end", "")
	next
}
ex { put(mark != "" ? mark : "ex", $0); next }
/^\.SH/ { section = arguments($0, " "); subsection = ""; tag = ""; next }
/^\.SS/ { subsection = arguments($0, " "); tag = ""; next }
/^\.PP/ { tag = ""; next }
/^\.TP/ { tagged = 1; next }
/^\.(TH|IP|br)/ { next }
{
	if (/^\.(B|I) /)
		text = arguments($0, " ")
	else if (/^\.(BI|BR|IB|IR|RB|RI) /)
		text = arguments($0, "")
	else
		text = $0
	if (tagged) {
		tag = plain(text)
		tagged = 0
		put("tag", text)
	} else {
		put("text", text)
	}
}
