package auth

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/scrypt"
)

// Hashes made by node:crypto, as better-auth calls it.
const (
	hashOfWords     = "000102030405060708090a0b0c0d0e0f:9372e2d20f7c9ba55e54d10569dfe24824c5765383f46b040e9ac7b33041339c514173900cb63a37c935c0e2f40cfe2cb39bee5fe58f54715c1fd913c4638373"
	hashOfLigatures = "000102030405060708090a0b0c0d0e0f:10d820727b39bb6bc6256999a8277c599a197d600af5610baabc07feeccf705f9016fd060af360b3594f0d39af1dcc0c1f2e0f7f3c16b157a26216f1a021c37b" // of "ﬁ①Å"
)

func nativeScrypt(_ context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
	return scrypt.Key(password, salt, n, r, p, keyLen)
}

func TestVerifyPassword(t *testing.T) {
	cases := map[string]struct {
		password, stored string
		want             bool
	}{
		"right":                    {"correct horse", hashOfWords, true},
		"wrong":                    {"correct horsE", hashOfWords, false},
		"another form of the same": {"fi1A\u030a", hashOfLigatures, true},
		"key in capitals":          {"correct horse", strings.ToUpper(hashOfWords[:33]) + strings.ToUpper(hashOfWords[33:]), false},
		"key cut":                  {"correct horse", hashOfWords[:100], false},
		"no key":                   {"correct horse", hashOfWords[:32], false},
		"nothing":                  {"correct horse", "", false},
		"no hex":                   {"correct horse", hashOfWords[:33] + strings.Repeat("zz", 64), false},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			derived := 0
			counting := func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
				derived++
				return nativeScrypt(ctx, password, salt, n, r, p, keyLen)
			}
			got, err := verifyPassword(t.Context(), counting, tc.password, tc.stored)
			require.NoError(t, err)
			assert.Equal(t, tc.want, got)
			assert.Equal(t, 1, derived, "every answer takes the same time")
		})
	}
}

// A password that is longer than allowed matches nothing. It takes the time of a wrong one, and is not normalized, which
// would make it several times as long.
func TestLongPassword(t *testing.T) {
	empty, err := HashPassword(t.Context(), nativeScrypt, "")
	require.NoError(t, err)
	cases := map[string]struct {
		password string
		derived  int // bytes that enter the derivation
	}{
		"128 units":                       {strings.Repeat("a", 128), 128},
		"129 units":                       {strings.Repeat("a", 129), 0},
		"64 pairs":                        {strings.Repeat("😀", 64), 256},
		"65 pairs":                        {strings.Repeat("😀", 65), 0},
		"units, not characters":           {strings.Repeat("a", 127) + "😀", 0},
		"units, not what becomes of them": {strings.Repeat("ﷺ", 128), 128 * len("صلى الله عليه وسلم")},
		"short once normalized":           {strings.Repeat("a\u0301", 65), 0},
		"a body's worth":                  {strings.Repeat("ﷺ", 20_000), 0},
		"units that are no text":          {strings.Repeat("\xff", 129), 0},
	}

	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			var derived []int
			noting := func(ctx context.Context, password, salt []byte, n, r, p, keyLen int) ([]byte, error) {
				derived = append(derived, len(password))
				return nativeScrypt(ctx, password, salt, n, r, p, keyLen)
			}

			fits, err := verifyPassword(t.Context(), noting, tc.password, empty)

			require.NoError(t, err)
			assert.False(t, fits)
			assert.Equal(t, []int{tc.derived}, derived)
		})
	}
}

func TestHashPassword(t *testing.T) {
	first, err := HashPassword(t.Context(), nativeScrypt, "correct horse")
	require.NoError(t, err)
	second, err := HashPassword(t.Context(), nativeScrypt, "correct horse")
	require.NoError(t, err)
	assert.NotEqual(t, first, second, "each has its salt")
	fits, err := verifyPassword(t.Context(), nativeScrypt, "correct horse", first)
	require.NoError(t, err)
	assert.True(t, fits)
}
