package api

import (
	"testing"
	"time"

	"github.com/addreams/addreams/app/api/betterauth"
)

// AcceptShortSecrets lets a test start the application with the key that signed what the service before left.
func AcceptShortSecrets(t *testing.T) {
	minSecret = 0
	t.Cleanup(RefuseShortSecrets)
}

// RefuseShortSecrets is as it is without AcceptShortSecrets.
func RefuseShortSecrets() { minSecret = longEnough }

// AuthRoutes are the methods and paths below /api/auth, for tests that go to every one.
func AuthRoutes() [][2]string {
	return betterauth.Routes()
}

// Held is what the requests in hand are counted to hold, in bytes: of the heap, and of photos.
func (a *App) Held() [2]int64 { return [2]int64{a.intake.heap.held(), a.intake.photos.held()} }

// HurryBodies has bodies come within so short a time, and at so many bytes per second.
func HurryBodies(t *testing.T, grace time.Duration, rate int64) {
	usual := leastPace
	leastPace = pace{grace, rate}
	t.Cleanup(func() { leastPace = usual })
}

// KeysTaken has all places taken at which keys are derived, until the function that it returns is called.
func (a *App) KeysTaken() (leave func()) {
	_ = a.intake.keys.take("", keysAtOnce, keysAtOnce, 0)
	return func() { a.intake.keys.give("", keysAtOnce) }
}
