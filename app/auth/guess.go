package auth

import (
	"encoding/base64"
	"time"
)

// A wrong password is counted twice: per account, and per account and way, which is where the guess comes from. Only the
// count of its own way makes a try wait, so a try from a way without a wrong password never waits: an attacker, with
// however many addresses, slows down those ways and locks nobody else out. The count per account only makes the waits
// longer. If many users share a way, as behind our own Worker when it does not sign, an attacker slows down the others
// there too.
const (
	freeTries       = 10  // wrong passwords of a way before it waits
	freeTriesShared = 100 // wrong passwords of a way that many may share, before it waits
	freeByAccount   = 20  // wrong passwords of an account before each of its ways waits after its first one

	firstWait         = time.Second // then doubled with each wrong password
	longestWait       = 5 * time.Minute
	longestWaitShared = 2 * time.Second
	longestByAccount  = time.Minute

	guessLife = time.Hour // after the last wrong password, the counters are forgotten
)

// Guess is a password that is about to be tried. It is counted as wrong before it is checked, so that concurrent guesses
// count too, and forgiven if it is right. Keys are hashes, so that a table of them names nobody.
type Guess struct {
	OnPath  Attempt // by address and path, counted first: beyond the limit, the guess is not counted
	Overall Attempt // by address, over all paths; also counted before the guess
	Account string  // key of the account; "" for a sign-up, which guesses nothing
	Way     string  // key of the account with the way that the guess comes
	At      time.Time

	FreeTries, FreeByAccount      int
	FirstWait                     time.Duration
	LongestWait, LongestByAccount time.Duration
	Life                          time.Duration
}

// Tried is the result of counting a guess.
type Tried struct {
	OnPath   Tally
	Overall  Tally
	Refused  bool      // the way has to wait
	Ready    time.Time // until when; only if refused
	Failures int       // wrong passwords of this way, including this one
}

// check returns an error if the password may not be tried now.
func (g Guess) check(tried Tried) error {
	if err := g.OnPath.Rule.check(tried.OnPath, g.At); err != nil {
		return err
	}
	if err := g.Overall.Rule.check(tried.Overall, g.At); err != nil {
		return err
	}
	if tried.Refused {
		return limitedUntil(tried.Ready, g.At)
	}
	return nil
}

// signInGuess is a password of a sign-in. The way is the address that it comes from, or the proxy.
func (s *Service) signInGuess(v *Visit, email, path string) Guess {
	if v.shared() {
		return s.guess(v, email, path, v.way(), freeTriesShared, longestWaitShared)
	}
	return s.guess(v, email, path, v.way(), freeTries, longestWait)
}

// callerGuess is a password from a browser that is signed in. The way is its session: a thief with one of the owner's
// sessions does not slow down the others, whatever the addresses.
func (s *Service) callerGuess(v *Visit, caller Identity, path string) Guess {
	free := freeTries
	if v.shared() {
		free = freeTriesShared
	}
	return s.guess(v, caller.User.Email, path, "session "+caller.Session.ID, free, longestWait)
}

func (s *Service) guess(v *Visit, email, path, way string, free int, longest time.Duration) Guess {
	guess := s.noGuess(v, path)
	guess.Account, guess.Way = "account:"+s.hashed(email), "way:"+s.hashed(email+"\n"+way)
	guess.FreeTries, guess.FirstWait, guess.LongestWait = free, firstWait, longest
	guess.FreeByAccount, guess.LongestByAccount = max(freeByAccount, free), min(longestByAccount, longest)
	guess.Life = guessLife
	return guess
}

// noGuess counts a visit by its address only, for a sign-up.
func (s *Service) noGuess(v *Visit, path string) Guess {
	overall := v.attempt("", allTries)
	if overall.Key != "" {
		overall.Key = "address:" + s.hashed(overall.Key)
	}
	return Guess{OnPath: v.attempt(path, Strict), Overall: overall, At: v.Now}
}

// hashed is 128 bits of a keyed hash.
func (s *Service) hashed(text string) string {
	return base64.RawURLEncoding.EncodeToString(s.cookies.MAC([]byte("guess\n"), []byte(text))[:16])
}
