/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) 2026 the libpaspw maintainers */

/* Hashes as other stores hold them. */
#ifndef IMPORT_SAMPLES_H
#define IMPORT_SAMPLES_H

#define PRESENT "Vlat7!mup-quorz"
#define PRESENT_HASH "$6$saltsalt$AiMCNFqIJ3ScA8qWhE1R.vgVCSpfvAqsmR7rHDbe.Zn" \
    "LQydTxtcnHLyNkQsbty06NgtE5eIt.AwypH3YFBORc."
#define OLD "Older-1-pass-word"
#define OLD_HASH "$1$saltsalt$5eLiKCEkkaMO9yRFbSZC3/"
#define OLDER "Older-2-pass-word"
#define OLDER_HASH "$6$other$KGK1E6MIoQwODGQapDwFyK1t6nrqdvRJfZbvola8h2W" \
    "iNy9U7d.shShwv6BtBwTEW3llgrgWiPSBQ26ODcavh0"
#define DES_HASH "abiQ6Ep3EYTHc"

#endif
