package api

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/addreams/addreams/app/fault"
	"github.com/addreams/addreams/app/studio"
)

// encodeCursor returns what clients send to get the next part of a list; nil for no next part.
func encodeCursor(next *studio.Cursor) *string {
	if next == nil {
		return nil
	}
	text := base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(next.At.Unix(), 10) + "." + next.ID))
	return &text
}

// decodeCursor reads what encodeCursor made; nil for "", which is the beginning. Faults: InvalidRequest.
func decodeCursor(text string) (*studio.Cursor, error) {
	if text == "" {
		return nil, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	seconds, id, found := strings.Cut(string(decoded), ".")
	at, numberErr := strconv.ParseInt(seconds, 10, 53)
	if err != nil || numberErr != nil || !found || id == "" {
		return nil, fault.New(fault.InvalidRequest, "cursor must be the nextCursor of an earlier answer.")
	}
	return &studio.Cursor{At: time.Unix(at, 0), ID: id}, nil
}

// cursorPage reads the limit and cursor of a query.
func cursorPage(query string) (studio.CursorPage, error) {
	after, err := decodeCursor(firstValue(query, "cursor"))
	return studio.CursorPage{Limit: pageLimit(query), After: after}, err
}
