package api

import (
	"sync"
	"time"
)

// uploadTime is how long a photo may take to arrive when another finds no room. Without this limit, the slow uploads of two
// users would keep all others out. It is a variable for the tests.
var uploadTime = time.Minute

// uploads are the requests whose photos are being received, with the time when each began.
type uploads struct {
	mutex sync.Mutex
	began map[*hold]time.Time
}

func (u *uploads) begin(h *hold) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	if u.began == nil {
		u.began = make(map[*hold]time.Time)
	}
	u.began[h] = time.Now()
}

func (u *uploads) end(h *hold) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	delete(u.began, h)
}

// makeRoom ends the upload that has taken the longest, if it has taken too long and is another client's. It ends with its next
// bytes, or with the deadline by which they must come.
func (u *uploads) makeRoom(client string) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	var oldest *hold
	for h, began := range u.began {
		if h.client != client && h.photos.Load() > 0 && !h.givesWay.Load() && (oldest == nil || began.Before(u.began[oldest])) {
			oldest = h
		}
	}

	if oldest != nil && time.Since(u.began[oldest]) > uploadTime {
		oldest.givesWay.Store(true)
	}
}
