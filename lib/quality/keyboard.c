/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

#include "quality/keyboard.h"

/* What a walk costs, in tenths of a bit; chosen as those of guess.c. */
enum {
	COST_START = 55,
	COST_TURN = 34,			/* a neighbour in a new direction */
	COST_STRAIGHT = 4,		/* the direction was to be expected */
	COST_JUMP = 70,			/* to the next column, say */
	COST_SHIFT = 10
};
enum {
	ROWS = 4, COLUMNS = 14, PERIOD_MAX = 8, WALK_MIN = 4, JUMPS_MAX = 3
};

/* Rows without and with shift, in columns: "1qaz" stand above each other.
 * On AZERTY the digits are with shift, but nobody takes them for capitals. */
struct layout {
	uint32_t rows[ROWS][COLUMNS];
	uint32_t shifted[ROWS][COLUMNS];
};

static const struct layout layouts[KEYBOARD_LAYOUTS] = {
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

struct move {
	int down;
	int right;
};

static struct keyboard_key
find_key(const struct layout *layout, uint32_t code)
{
	for (signed char row = 0; code > ' ' && row < ROWS; row++)
		for (signed char column = 0; column < COLUMNS &&
		    layout->rows[row][column] != 0; column++) {
			bool shift = layout->shifted[row][column] == code;

			if (shift || layout->rows[row][column] == code)
				return (struct keyboard_key){ row, column,
				    shift };
		}
	return (struct keyboard_key){ .row = -1 };
}

void
keyboard_read(struct keyboard_text *keys, const struct fold *text)
{
	keys->count = text->count;
	for (size_t i = 0; i < KEYBOARD_LAYOUTS; i++)
		for (size_t at = 0; at < text->count; at++)
			keys->keys[i][at] = find_key(&layouts[i],
			    text->chars[at].code);
}

/* From key i to the one after it. */
static struct move
move_at(const struct keyboard_key *keys, size_t i)
{
	return (struct move){ keys[i + 1].row - keys[i].row,
	    keys[i + 1].column - keys[i].column };
}

static bool
same_moves(const struct keyboard_key *keys, size_t i, size_t j)
{
	struct move a = move_at(keys, i), b = move_at(keys, j);

	return a.down == b.down && a.right == b.right;
}

static bool
is_neighbour(struct move m)
{
	return m.down >= -1 && m.down <= 1 && m.right >= -1 && m.right <= 1;
}

/* The same key for the third time is a repetition, not a walk. */
static bool
stands_still(const struct keyboard_key *keys, size_t i)
{
	struct move m = move_at(keys, i);

	return i > 0 && m.down == 0 && m.right == 0 &&
	    same_moves(keys, i, i - 1);
}

static bool
same_keys(const struct keyboard_key *keys, size_t i, size_t j)
{
	return keys[i].row == keys[j].row && keys[i].column == keys[j].column;
}

/* Straight on, or as the last two moves were some moves ago, but elsewhere:
 * columns side by side ("1qaz2wsx"), zigzags. */
static bool
is_expected(const struct keyboard_key *keys, size_t i)
{
	if (i > 0 && same_moves(keys, i, i - 1) &&
	    is_neighbour(move_at(keys, i)))
		return true;
	for (size_t period = 2; period <= PERIOD_MAX && period < i; period++)
		if (same_moves(keys, i, i - period) &&
		    same_moves(keys, i - 1, i - 1 - period) &&
		    !same_keys(keys, i, i - period))
			return true;
	return false;
}

/* A walk that begins with the first of these keys at `start`. */
static void
walk(const struct keyboard_key *keys, size_t count, size_t start,
    guess_found *found, void *arg)
{
	unsigned cost = COST_START + (keys[0].shift ? COST_SHIFT : 0u);
	int jumps = 0;			/* in a row */

	/* Keys in no order are no walk. */
	for (size_t i = 0; i + 1 < count && jumps <= JUMPS_MAX; i++) {
		if (keys[i].row < 0 || keys[i + 1].row < 0)
			break;
		jumps++;
		if (stands_still(keys, i)) {
			cost += COST_JUMP;
		} else if (is_expected(keys, i)) {
			cost += COST_STRAIGHT;
			jumps = 0;
		} else if (is_neighbour(move_at(keys, i))) {
			cost += COST_TURN;
			jumps = 0;
		} else {
			cost += COST_JUMP;
		}
		cost += keys[i + 1].shift != keys[i].shift ? COST_SHIFT : 0u;
		if (i + 2 >= WALK_MIN && jumps == 0)
			found(arg, start + i + 2, cost);
	}
}

void
keyboard_walks(const struct keyboard_text *keys, size_t start,
    guess_found *found, void *arg)
{
	for (size_t i = 0; i < KEYBOARD_LAYOUTS; i++)
		walk(keys->keys[i] + start, keys->count - start, start, found,
		    arg);
}
