/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/*
 * The attempt protocol: several callers, one account, one store.
 * check_model.sh runs it: as it is it must hold, with a fault it must fail.
 *
 * What is claimed
 *   (1) Between two successes (or unlocks) at most LOCK_AFTER wrong passwords
 *	are judged: assert(told <= LOCK_AFTER). And no more are hashed,
 *	answered or not: assert(spent <= LOCK_AFTER); except by a caller whose
 *	lease ended before: it counts there, and gets no answer.
 *   (2) A right password is not refused because of other right ones:
 *	assert(v == ACCEPTED) in a calm world: right passwords only, nobody
 *	dies, leases are longer than tries. Unlocks do no harm either.
 *   (3) Whoever is killed, whenever: the count is never too low:
 *	assert(spent <= failures + PENDING). And nobody waits for ever:
 *	all_done, if leases end and every process goes on (weak fairness).
 * Also: an account that is locked accepts nobody: assert(!locked).
 *
 * What stands for what
 *   failures locked pending[] left
 *	the row. An attempt's id is its caller's number; an attempt that
 *	nobody will settle any more is one of `left`, without a name
 *   kept[]	account.settled, for a settle that is repeated
 *   BEGIN, RESERVE	lockout_begin, between load and save; busy: BEGIN again
 *   VERIFY	paspw_attempt_verify, outside any transaction
 *   SETTLE, JUDGE	lockout_settle, between load and save
 *   lapse()	what both do first: leases that are over count as failures
 *   world()	lockout_unlock (also: unlock_after is over), lockout_lock, the
 *	agent's death. Not here: failure_window, lock_root
 *   commit()	STORE_OK: a new version. Whoever has loaded the old one can
 *	only get STORE_CONFLICT, so it goes back to its load at once
 *   flight[]	STORE_UNSURE: the save lands now, or later if the version is
 *	still the same, or never; the caller repeats the step
 * A save meets the row that was loaded, or fails. So it decides on the row as
 * it is, and chooses only then which leases its load saw as over: any may be,
 * at any time, a live caller's too, since clocks jump.
 *
 * Worlds. CALM: see (2). ONCE: each caller tries once; leases end surely, and
 * for good. Otherwise callers try for ever, any of them dies or tires of
 * waiting anywhere, any lease ends at any time. NAMED: callers keep their
 * numbers, for a readable counterexample. CLAIM=1, CLAIM=3: that claim alone.
 * Faults: check_model.sh tells what each stands for.
 */

#ifndef CALLERS
#define CALLERS 3
#endif
#ifndef LOCK_AFTER
#define LOCK_AFTER 2
#endif
#ifndef CLAIM
#define CLAIM 0
#endif
#ifdef NAMED
#define SAY(what, c) printf(what, c);
#else
#define SAY(what, c)
#endif

mtype = { IDLE, BEGIN, RESERVE, VERIFY, SETTLE, JUDGE, GONE, DONE };
mtype = { NONE, ACCEPTED, REFUSED, LOCKED };

/* The row. */
byte failures;
bool locked;
bool pending[CALLERS];
byte left;
mtype kept[CALLERS] = NONE;

#if CALLERS == 2
#define PENDING (pending[0] + pending[1] + left)
#elif CALLERS == 3
#define PENDING (pending[0] + pending[1] + pending[2] + left)
#else
#define PENDING (pending[0] + pending[1] + pending[2] + pending[3] + left)
#endif
#define FULL (failures + PENDING >= LOCK_AFTER)

/* The callers. */
mtype at[CALLERS] = IDLE;
bool wrong[CALLERS];		/* the password that was hashed */
mtype flight[CALLERS] = NONE;	/* RESERVE or JUDGE: a save under way */
#define ALIVE(c) (at[c] != IDLE && at[c] != GONE && at[c] != DONE)

/* What the claims count; the protocol does not look at it. */
byte told;			/* wrong passwords judged in this window */
byte spent;			/* wrong ones hashed that this window counts */
bool hot[CALLERS];		/* pending, and a wrong one was hashed */
byte left_hot;
bool excused[CALLERS];		/* its lease ended in an earlier window */

byte i, n, swapped;		/* scratch; 0 between steps */
mtype verdict = NONE;

/* Which leases may be seen as over, and which must be. */
#ifdef ONCE
bool over[CALLERS];
byte left_over;
byte unsure = 1;		/* answers that get lost */
#define MAY_END(c) over[c]
#define MUST_END(c) over[c]
#define LEFT_MAY_END (left_over > 0)
#define LEFT_MUST_END (left_over > 0)
#define MAY_LAPSE (over[0] || over[1] || over[2] || left_over > 0)
#define MUST_LAPSE MAY_LAPSE
#define MAY_LOSE (unsure > 0)
#define LOSE unsure--;
#define RENEW(c) over[c] = false;
#define FINISHED DONE
#else
#if defined(CALM) && !defined(SLOW)
#define MAY_END(c) false
#define MAY_LAPSE (left > 0)
#else
#define MAY_END(c) true
#define MAY_LAPSE (PENDING > 0)
#endif
#define MUST_END(c) false
#define LEFT_MAY_END (left > 0)
#define LEFT_MUST_END false
#define MUST_LAPSE false
#define MAY_LOSE true
#define LOSE
#define RENEW(c)
#define FINISHED IDLE
#endif

/* The heart of the decisions, and what some faults make of it. */
#ifdef NO_VERSION	/* saves what it decided on the row it had loaded */
#define REFUSES false
#undef MAY_LAPSE
#define MAY_LAPSE false
#else
#define REFUSES (locked || FULL)
#endif
#ifdef NO_RESERVE	/* checks, then verifies, then records */
#define RESERVED(c) !REFUSES
#define FOUND(c) true
#else
#define RESERVED(c) pending[c]
#ifdef LATE_ANSWER	/* a lapsed attempt is judged all the same */
#define FOUND(c) true
#else
#define FOUND(c) pending[c]
#endif
#endif
#ifdef LATE_ANSWER	/* its lapse was counted */
#define COUNTS(c) (wrong[c] && pending[c])
#else
#define COUNTS(c) wrong[c]
#endif
#ifdef SUCCESS_UNLOCKS	/* a right password ends a lock */
#define BARRED(c) (locked && wrong[c])
#else
#define BARRED(c) locked
#endif

inline counted() {
#if CLAIM != 3
	assert(spent <= LOCK_AFTER);
#endif
#if CLAIM != 1
	assert(spent <= failures + PENDING);
#endif
	skip
}

/* A success or an unlock. What is pending goes on to count. */
inline new_window() {
	d_step {
		told = 0;
		spent = left_hot;
		for (i : 0 .. CALLERS - 1) {
			spent = spent + hot[i];
			excused[i] = excused[i] ||
			    (at[i] == VERIFY && !pending[i])
		}
		i = 0
	}
}

inline commit() {
	d_step {
		for (i : 0 .. CALLERS - 1) {
#ifndef NO_VERSION
			at[i] = (at[i] == RESERVE -> BEGIN :
			    (at[i] == JUDGE -> SETTLE : at[i]));
#endif
			flight[i] = NONE
		}
		i = 0;
		counted()
	}
}

inline fail() {
	failures++;
	if
	:: failures >= LOCK_AFTER -> locked = true
	:: else
	fi
}

inline lapse() {
	i = 0;
	do
	:: i < CALLERS && pending[i] && MAY_END(i) ->
		SAY("\tthe lease of caller %d is over\n", i)
		pending[i] = false;
		hot[i] = false;
		RENEW(i)
#ifndef LAPSE_FREE
		fail();
#endif
		i++
	:: i < CALLERS && !(pending[i] && MUST_END(i)) -> i++
	:: i == CALLERS -> break
	od;
	i = 0;
	do
	:: LEFT_MAY_END ->
		SAY("\tthe lease of %d left attempt is over\n", 1)
		if
		:: left_hot > 0 -> left_hot--
		:: left_hot < left
		fi;
#ifdef ONCE
		left_over--;
#endif
#ifndef LAPSE_FREE
		fail();
#endif
		left--
	:: !LEFT_MUST_END -> break
	od
}

inline finish(c) {
	excused[c] = false;
	wrong[c] = false;
	kept[c] = NONE;
	at[c] = FINISHED
}

/* Nobody will settle what c leaves. The row stays the same: only our name for
 * the attempt changes. */
inline bury(c) {
	if
	:: pending[c] ->
		left++;
		left_hot = left_hot + hot[c];
#ifdef ONCE
		left_over = left_over + over[c];
#endif
		RENEW(c)
		pending[c] = false;
		hot[c] = false
	:: else
	fi;
	finish(c)
}

/* The last save of c may still land. */
inline leave(c) {
	if
	:: flight[c] == NONE -> bury(c)
	:: else -> at[c] = GONE
	fi
}

inline tell(v) {
#ifdef NAMED
	printf("caller %d is told %e\n", me, v);
#endif
#ifdef SLOW
	assert(v == ACCEPTED || v == NONE);
#else
#ifdef CALM
	assert(v == ACCEPTED);
#endif
#endif
	assert(v != ACCEPTED || !wrong[me])
}

inline judge(c) {
	SAY("\tsettle of caller %d is saved\n", c)
	if
	:: BARRED(c) -> verdict = LOCKED
	:: wrong[c] -> verdict = REFUSED	/* locked too: the worse */
	:: !BARRED(c) && !wrong[c] -> verdict = ACCEPTED
	fi;
#ifdef NO_RELEASE
	left = left + (pending[c] && !wrong[c]);
#endif
	if
	:: COUNTS(c) -> fail()
	:: verdict == ACCEPTED ->
		assert(!locked);
		failures = 0
	:: else
	fi;
	pending[c] = false;
	hot[c] = false;
	RENEW(c)
	told = told + (verdict == REFUSED);
#if CLAIM != 3
	assert(told <= LOCK_AFTER);
#endif
	if
	:: verdict == ACCEPTED -> new_window()
	:: else
	fi;
	commit()
}

inline reserve(c) {
	SAY("\tbegin of caller %d is saved\n", c)
	lapse();
	if
	:: REFUSES
#ifndef NO_RESERVE
	:: !REFUSES -> pending[c] = true
#else
	:: !REFUSES
#endif
	fi;
	commit()
}

inline exchange(a, b) {
	swapped = a;
	a = b;
	b = swapped
}

#define KEY(c) ((((((at[c] * 16 + flight[c]) * 16 + kept[c]) * 2 + \
    pending[c]) * 2 + wrong[c]) * 2 + hot[c]) * 2 + excused[c])

/* Callers are alike: kept in one order, n! states are one. Not with ONCE,
 * where fairness is owed to each. */
inline order() {
#if !defined(ONCE) && !defined(NAMED)
	d_step {
		for (n : 2 .. CALLERS) {
			for (i : 0 .. CALLERS - 2) {
				if
				:: KEY(i) > KEY(i + 1) ->
					exchange(at[i], at[i + 1]);
					exchange(flight[i], flight[i + 1]);
					exchange(kept[i], kept[i + 1]);
					exchange(pending[i], pending[i + 1]);
					exchange(wrong[i], wrong[i + 1]);
					exchange(hot[i], hot[i + 1]);
					exchange(excused[i], excused[i + 1])
				:: else
				fi
			}
		}
		i = 0;
		n = 0;
		swapped = 0
	}
#else
	skip
#endif
}

/* Each option is one step; the caller's next one may come much later. */
proctype caller(byte me) {
	do
	:: atomic {
	if
	:: at[me] == IDLE -> at[me] = BEGIN

	/* begin: load */
	:: at[me] == BEGIN ->
		if
		:: !MUST_LAPSE && pending[me] -> at[me] = VERIFY
		:: !MUST_LAPSE && locked -> tell(LOCKED); leave(me)
#ifdef NO_WAIT
		:: !locked && !pending[me] && FULL -> tell(LOCKED); leave(me)
#else
		:: !MUST_LAPSE && !locked && !pending[me] && FULL -> skip
#endif
		:: !MUST_LAPSE && !locked && !pending[me] && !FULL ->
			at[me] = RESERVE
		:: MAY_LAPSE -> at[me] = RESERVE
		fi

	/* begin: save; it may have saved no more than that leases are over */
	:: at[me] == RESERVE ->
		reserve(me);
		at[me] = (RESERVED(me) -> VERIFY : BEGIN)
	:: at[me] == RESERVE && MAY_LOSE ->
		SAY("caller %d: begin is unsure\n", me)
		LOSE
		flight[me] = RESERVE;
#ifdef VERIFY_UNSURE
		at[me] = VERIFY
#else
		at[me] = BEGIN
#endif
	:: flight[me] == RESERVE ->
#ifdef NEW_ID
		lapse();
		left = left + !REFUSES;
		commit()
#else
		reserve(me)
#endif

	/* verify */
	:: at[me] == VERIFY ->
#ifndef CALM
		if
		:: wrong[me] = true
		:: wrong[me] = false
		fi;
#endif
#ifdef NAMED
		printf("caller %d hashes, wrong: %d\n", me, wrong[me]);
#endif
#ifdef EVERY_HASH
		spent = spent + wrong[me];
#else
		spent = spent + (wrong[me] && !excused[me]);
#endif
		excused[me] = false;
		hot[me] = wrong[me] && pending[me];
		counted();
		at[me] = SETTLE

	/* settle: load */
	:: at[me] == SETTLE ->
		if
		:: kept[me] != NONE -> tell(kept[me]); finish(me)
		:: kept[me] == NONE && !FOUND(me) -> tell(NONE); finish(me)
		:: kept[me] == NONE && FOUND(me) -> at[me] = JUDGE
		fi

	/* settle: save */
	:: at[me] == JUDGE ->
		lapse();
		if
		:: !FOUND(me) -> commit(); at[me] = SETTLE
		:: FOUND(me) ->
			judge(me);
			tell(verdict);
			verdict = NONE;
			finish(me)
		fi
	:: at[me] == JUDGE && MAY_LOSE ->
		SAY("caller %d: settle is unsure\n", me)
		LOSE
		flight[me] = JUDGE;
#ifdef ANSWER_UNSURE
		leave(me)
#else
		at[me] = SETTLE
#endif
	:: flight[me] == JUDGE ->
		lapse();
		if
		:: !FOUND(me) -> commit()
		:: FOUND(me) ->
			judge(me);
#ifndef NO_MEMORY
			kept[me] = verdict;
#endif
			verdict = NONE
		fi

	/* What was in flight is lost. */
	:: at[me] == GONE && flight[me] != NONE -> flight[me] = NONE
	:: at[me] == GONE && flight[me] == NONE -> bury(me)
#ifndef CALM
	/* Killed, or tired of waiting. */
	:: ALIVE(me) ->
		SAY("caller %d dies\n", me)
		leave(me)
	/* Others settled meanwhile, and the list of answers is short. */
	:: kept[me] != NONE -> kept[me] = NONE
#endif
	fi;
	order()
	}
	od
}

proctype world() {
	byte c;
	do
#ifdef ONCE
	:: break	/* or fairness would make the agent die */
#else
	:: atomic {
		SAY("%d: unlocked\n", 0)
		failures = 0;
		locked = false;
#ifdef UNLOCK_DROPS
		for (i : 0 .. CALLERS - 1) {
			pending[i] = false;
			hot[i] = false
		}
		left = 0;
		left_hot = 0;
#endif
		new_window();
		commit()
	}
#ifndef CALM
	:: atomic {
		!locked ->
		SAY("%d: locked by an admin\n", 0)
		locked = true;
		commit()
	}
#endif
#endif
#ifndef CALM
	:: atomic {
		SAY("%d: the agent dies\n", 0)
		for (c : 0 .. CALLERS - 1) {
			if
			:: ALIVE(c) -> leave(c)
			:: else
			fi
		}
		c = 0
	}
#endif
	od
}

#ifdef ONCE
proctype clock() {
	do
	:: atomic { pending[0] && !over[0] -> over[0] = true }
	:: atomic { pending[1] && !over[1] -> over[1] = true }
	:: atomic { pending[2] && !over[2] -> over[2] = true }
	:: atomic { left_over < left -> left_over++ }
	od
}

ltl all_done { <> (at[0] == DONE && at[1] == DONE && at[2] == DONE) }
#endif

init {
	atomic {
		for (i : 0 .. CALLERS - 1) {
			run caller(i)
		}
		i = 0;
#if defined(ONCE) && !defined(CALM) && !defined(NO_LEASE)
		run clock();
#endif
		run world()
	}
}
