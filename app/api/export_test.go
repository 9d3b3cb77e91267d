package api

import "testing"

// AcceptShortSecrets lets a test start the application with the key that signed what the service before left.
func AcceptShortSecrets(t *testing.T) {
	minSecret = 0
	t.Cleanup(RefuseShortSecrets)
}

// RefuseShortSecrets is as it is without AcceptShortSecrets.
func RefuseShortSecrets() { minSecret = longEnough }

// AuthRoutes are the methods and paths below /api/auth, for tests that go to every one.
func AuthRoutes() [][2]string {
	var routes [][2]string
	for _, route := range authTable() {
		routes = append(routes, [2]string{route.method, authPrefix + route.path})
	}
	return routes
}

// Held is what the requests in hand are counted to hold, in bytes: of the heap, and of photos.
func (a *App) Held() [2]int64 { return [2]int64{a.intake.heap.Load(), a.intake.photos.Load()} }
