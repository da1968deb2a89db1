/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "keyboard.h"

#include "secret.h"

/* What a walk costs, in tenths of a bit. */
enum {
	COST_START = 55,
	COST_TURN = 34,			/* a neighbour in a new direction */
	COST_STRAIGHT = 4,		/* the direction was to be expected */
	COST_JUMP = 70,			/* to the next column, say */
	COST_SHIFT = 10
};
enum { ROWS = 4, COLUMNS = 14, PERIOD_MAX = 8, WALK_MIN = 4, JUMPS_MAX = 3 };

/* Rows without and with shift, in columns: "1qaz" stand above each other.
 * On AZERTY the digits are with shift, but nobody takes them for capitals. */
struct layout {
	uint32_t rows[ROWS][COLUMNS];
	uint32_t shifted[ROWS][COLUMNS];
};

static const struct layout layouts[] = {
	{ /* AZERTY */
		{ U"²1234567890°+", U" azertyuiop^$", U" qsdfghjklmù*",
		    U"<wxcvbn,;:!" },
		{ U"~&é\"'(-è_çà)=", U" AZERTYUIOP¨£", U" QSDFGHJKLM%µ",
		    U">WXCVBN?./§" }
	}, { /* QWERTY */
		{ U"`1234567890-=", U" qwertyuiop[]\\", U" asdfghjkl;'",
		    U" zxcvbnm,./" },
		{ U"~!@#$%^&*()_+", U" QWERTYUIOP{}|", U" ASDFGHJKL:\"",
		    U" ZXCVBNM<>?" }
	}, { /* keypad */
		{ U"789", U"456", U"123", U"0" },
		{ U"", U"", U"", U"" }
	}
};

struct key {
	int row;
	int column;
	bool shift;
};

struct move {
	int down;
	int right;
};

static bool
find_key(const struct layout *layout, uint32_t code, struct key *key)
{
	for (int row = 0; code > ' ' && row < ROWS; row++)
		for (int column = 0; column < COLUMNS &&
		    layout->rows[row][column] != 0; column++) {
			key->row = row;
			key->column = column;
			key->shift = layout->shifted[row][column] == code;
			if (key->shift || layout->rows[row][column] == code)
				return true;
		}
	return false;
}

static bool
same(struct move a, struct move b)
{
	return a.down == b.down && a.right == b.right;
}

static bool
is_neighbour(struct move m)
{
	return m.down >= -1 && m.down <= 1 && m.right >= -1 && m.right <= 1;
}

/* The same key for the third time is a repetition, not a walk. */
static bool
stands_still(const struct move *moves, size_t i)
{
	static const struct move none;

	return i > 0 && same(moves[i], none) && same(moves[i - 1], none);
}

/* Straight on, or as the last two moves were some moves ago: columns side by
 * side ("1qaz2wsx"), zigzags. */
static bool
is_expected(const struct move *moves, size_t i)
{
	if (stands_still(moves, i))
		return false;
	if (i > 0 && same(moves[i], moves[i - 1]) && is_neighbour(moves[i]))
		return true;
	for (size_t period = 2; period <= PERIOD_MAX && period < i; period++)
		if (same(moves[i], moves[i - period]) &&
		    same(moves[i - 1], moves[i - 1 - period]))
			return true;
	return false;
}

static void
walk(const struct layout *layout, const struct fold *text, size_t start,
    guess_found *found, void *arg)
{
	struct move moves[FOLD_MAX];
	struct key here, next;
	unsigned cost = COST_START;
	int jumps = 0;			/* in a row */

	if (!find_key(layout, text->chars[start].code, &here))
		return;
	cost += here.shift ? COST_SHIFT : 0;
	for (size_t i = 0; start + i + 1 < text->count; i++) {
		if (!find_key(layout, text->chars[start + i + 1].code, &next))
			break;
		moves[i] = (struct move){ next.row - here.row,
		    next.column - here.column };
		if (is_expected(moves, i)) {
			cost += COST_STRAIGHT;
			jumps = 0;
		} else if (is_neighbour(moves[i]) && !stands_still(moves, i)) {
			cost += COST_TURN;
			jumps = 0;
		} else {
			cost += COST_JUMP;
			jumps++;
		}
		/* Keys in no order are no walk. */
		if (jumps > JUMPS_MAX)
			break;
		cost += next.shift != here.shift ? COST_SHIFT : 0;
		here = next;
		if (i + 2 >= WALK_MIN && jumps == 0)
			found(arg, start + i + 2, cost);
	}
	secret_wipe_bytes(moves, sizeof(moves));
}

void
keyboard_walks(const struct fold *text, size_t start, guess_found *found,
    void *arg)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(*layouts); i++)
		walk(&layouts[i], text, start, found, arg);
}
