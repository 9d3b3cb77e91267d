package api

import (
	"slices"
	"strconv"
	"time"

	"github.com/addreams/addreams/app/js"
	"github.com/addreams/addreams/app/studio"
)

// itemSize is the approximate size of an item of the history, in bytes.
const itemSize = 640

// appendHistory appends a page of the history: {items, pagination}. It is written by hand because encoding/json takes a quarter
// of the request's time for it.
func appendHistory(to []byte, filter studio.Filter, page *studio.Page, origin string, now time.Time) []byte {
	to = slices.Grow(to, itemSize*(len(page.Generations)+1))
	to = append(to, `{"items":[`...)
	for i := range page.Generations {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(to, '{')
		to = appendFields(to, &page.Generations[i], origin, now)
		if page.Generations[i].More != nil {
			to = appendMore(to, &page.Generations[i], origin)
		}
		to = append(to, '}')
	}

	to = strconv.AppendInt(append(to, `],"pagination":{"limit":`...), int64(filter.Limit), 10)
	if filter.ByCursor {
		to = js.AppendNullString(append(to, `,"nextCursor":`...), encodeCursor(page.Next))
		return append(to, "}}"...)
	}
	to = strconv.AppendInt(append(to, `,"offset":`...), int64(filter.Offset), 10)
	to = strconv.AppendInt(append(to, `,"total":`...), page.Total, 10)
	to = append(to, `,"nextOffset":`...)
	if int64(filter.Offset+len(page.Generations)) < page.Total {
		to = strconv.AppendInt(to, int64(filter.Offset+filter.Limit), 10)
	} else {
		to = append(to, js.Null...)
	}
	return append(to, "}}"...)
}

// appendMore appends what lists show if asked to. An image that is not stored has null for its URL.
func appendMore(to []byte, g *studio.Generation, origin string) []byte {
	to = js.AppendNullString(append(to, `,"prompt":`...), g.More.PromptStart)
	to = js.AppendNullString(append(to, `,"size":`...), g.More.Size)
	to = append(to, `,"assets":[`...)
	stored := g.More.Stored
	if len(stored) == 0 && g.Key != nil {
		return append(js.AppendString(to, origin+studio.AssetPath(g.ID)), ']')
	}

	for i, is := range stored {
		if i > 0 {
			to = append(to, ',')
		}
		if is {
			to = js.AppendString(to, origin+studio.AssetPathAt(g.ID, i))
		} else {
			to = append(to, js.Null...)
		}
	}

	return append(to, ']')
}

// appendDetail appends one generation of the history: {item}.
func appendDetail(to []byte, detail *studio.Detail, origin string, now time.Time) ([]byte, error) {
	input, output, err := storedJSON(detail, origin)
	if err != nil {
		return nil, err
	}

	to = append(to, `{"item":{`...)
	to = appendFields(to, &detail.Generation, origin, now)
	to = append(to, `,"input":`...)
	to = append(to, input...)
	to = append(to, `,"output":`...)
	to = append(to, output...)
	return append(to, "}}"...), nil
}

// appendFields appends the fields of a generation that lists and details share, without the braces around them.
func appendFields(to []byte, g *studio.Generation, origin string, now time.Time) []byte {
	to = js.AppendString(append(to, `"id":`...), g.ID)
	to = js.AppendString(append(to, `,"workflow":`...), string(g.Workflow))
	to = js.AppendString(append(to, `,"status":`...), string(g.Status))
	to = js.AppendDate(append(to, `,"createdAt":`...), g.CreatedAt)
	to = js.AppendDate(append(to, `,"updatedAt":`...), g.UpdatedAt)
	to = js.AppendNullString(append(to, `,"providerModel":`...), g.ProviderModel)
	to = js.AppendNullString(append(to, `,"providerRequestId":`...), g.ProviderRequestID)
	to = js.AppendNullString(append(to, `,"errorCode":`...), g.ErrorCode)
	to = js.AppendNullString(append(to, `,"errorMessage":`...), g.ErrorMessage)
	to = js.AppendNullString(append(to, `,"r2Key":`...), g.Key)

	if g.Seconds != nil {
		to = strconv.AppendInt(append(to, `,"durationSeconds":`...), *g.Seconds, 10)
	}
	to = append(to, `,"assetUrl":`...)
	if g.Key != nil {
		return js.AppendString(to, origin+studio.AssetPath(g.ID))
	}
	return js.AppendNullString(to, g.Live(now))
}
