package api

import (
	"testing"
	"time"

	"github.com/addreams/addreams/app/api/betterauth"
)

// AcceptShortSecrets lets a test start the application with the short key of the TypeScript service.
func AcceptShortSecrets(t *testing.T) {
	minSecret = 0
	t.Cleanup(RefuseShortSecrets)
}

// RefuseShortSecrets undoes AcceptShortSecrets.
func RefuseShortSecrets() { minSecret = longEnough }

// Routes lists method and path of every route, for tests that request each one: the product's, then those of /api/auth.
func (a *App) Routes() [][2]string {
	var routes [][2]string
	for _, e := range a.endpoints() {
		routes = append(routes, [2]string{e.method, "/api" + e.path})
	}
	return append(routes, betterauth.Routes()...)
}

// Held returns what the requests in progress are counted to hold, in bytes: of the heap, with long answers, and of photos.
func (a *App) Held() [2]int64 {
	return [2]int64{a.intake.heap.held() + a.intake.answers.held() + a.intake.files.held(), a.intake.photos.held()}
}

func (r *room) held() int64 {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.total
}

// HurryBodies shortens the time that a body may take, and sets its least pace in bytes per second.
func HurryBodies(t *testing.T, grace time.Duration, rate int64) {
	usual := leastPace
	leastPace = pace{grace, rate}
	t.Cleanup(func() { leastPace = usual })
}

// SetUploadTime sets how long a photo may take to arrive when another finds no room.
func SetUploadTime(t *testing.T, longest time.Duration) {
	usual := uploadTime
	uploadTime = longest
	t.Cleanup(func() { uploadTime = usual })
}

// KeysTaken makes the application refuse to derive keys, as if it were busy, until the function that it returns is called.
func (a *App) KeysTaken() (leave func()) {
	_ = a.intake.keys.take("", maxKeys, maxKeys, 0)
	return func() { a.intake.keys.give("", maxKeys) }
}
