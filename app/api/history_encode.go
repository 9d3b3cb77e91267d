package api

import (
	"slices"
	"strconv"
	"time"

	"github.com/addreams/addreams/app/stringify"
	"github.com/addreams/addreams/app/studio"
)

// itemSize is about how many bytes an item of the history takes.
const itemSize = 640

// appendHistory appends a page of the history: {items, pagination}. It is written by hand because encoding/json takes
// a quarter of the request's time for it.
func appendHistory(to []byte, filter studio.Filter, page *studio.Page, origin string, now time.Time) []byte {
	to = slices.Grow(to, itemSize*(len(page.Generations)+1))
	to = append(to, `{"items":[`...)
	for i := range page.Generations {
		if i > 0 {
			to = append(to, ',')
		}
		to = append(appendItem(to, &page.Generations[i], origin, now), '}')
	}
	to = strconv.AppendInt(append(to, `],"pagination":{"limit":`...), int64(filter.Limit), 10)
	to = strconv.AppendInt(append(to, `,"offset":`...), int64(filter.Offset), 10)
	to = strconv.AppendInt(append(to, `,"total":`...), page.Total, 10)
	to = append(to, `,"nextOffset":`...)
	if int64(filter.Offset+len(page.Generations)) < page.Total {
		to = strconv.AppendInt(to, int64(filter.Offset+filter.Limit), 10)
	} else {
		to = append(to, stringify.Null...)
	}
	return append(to, "}}"...)
}

// appendItem appends what a list and a detail show of a generation, as an object that is still open.
func appendItem(to []byte, g *studio.Generation, origin string, now time.Time) []byte {
	to = stringify.Text(append(to, `{"id":`...), g.ID)
	to = stringify.Text(append(to, `,"workflow":`...), string(g.Workflow))
	to = stringify.Text(append(to, `,"status":`...), string(g.Status))
	to = stringify.Date(append(to, `,"createdAt":`...), g.CreatedAt)
	to = stringify.Date(append(to, `,"updatedAt":`...), g.UpdatedAt)
	to = stringify.NullText(append(to, `,"providerModel":`...), g.ProviderModel)
	to = stringify.NullText(append(to, `,"providerRequestId":`...), g.ProviderRequestID)
	to = stringify.NullText(append(to, `,"errorCode":`...), g.ErrorCode)
	to = stringify.NullText(append(to, `,"errorMessage":`...), g.ErrorMessage)
	to = stringify.NullText(append(to, `,"r2Key":`...), g.Key)
	to = append(to, `,"assetUrl":`...)
	if g.Key != nil {
		return stringify.Text(to, origin+studio.AssetPath(g.ID))
	}
	return stringify.NullText(to, g.Live(now))
}
