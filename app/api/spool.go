package api

import (
	"context"

	"github.com/addreams/addreams/app/platform"
)

// newSpool returns a spool that counts what it holds.
func (a *App) newSpool(ctx context.Context) platform.Spool {
	return &countedSpool{Spool: a.platform.Spool(ctx), held: &infoOf(ctx).held}
}

// countedSpool counts its bytes among the request's photos.
type countedSpool struct {
	platform.Spool
	held  *hold
	taken int64
}

func (s *countedSpool) Write(p []byte) (int, error) {
	if err := s.held.growPhotos(int64(len(p))); err != nil {
		return 0, err
	}
	s.taken += int64(len(p))
	return s.Spool.Write(p)
}

func (s *countedSpool) Close() error {
	s.held.dropPhotos(s.taken)
	s.taken = 0
	return s.Spool.Close()
}
