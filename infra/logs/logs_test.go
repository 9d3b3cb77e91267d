package logs_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/infra/logs"
)

const written = `2026-02-10T12:00:00.000Z cloud   ready: worker http://localhost:8787
2026-02-10T12:00:01.000Z worker  {"level":"warn","request":"r1","error":"R2 is down","key":"a/b.png","message":"reference image was not stored"}
2026-02-10T12:00:01.250Z worker  {"level":"info","method":"GET","route":"/api/history/:id","status":200,"ms":12,"request":"r2","user":"eve"}
2026-02-10T12:00:01.500Z worker  {"level":"info","method":"POST","route":"/api/workflows/image-from-text","status":200,"ms":1250,"request":"r1","user":"ada"}
2026-02-10T12:00:02.000Z worker  {"level":"info","method":"GET","route":"/api/me","status":401,"ms":1,"request":"r3","user":""}
not a line of the log
`

func TestShow(t *testing.T) {
	const stored = `WARN reference image was not stored (R2 is down) key=a/b.png request=r1`
	const ordered = `200 POST /api/workflows/image-from-text 1250 ms request=r1 user=ada`
	const looked = `200 GET /api/history/:id 12 ms request=r2 user=eve`
	const refused = `401 GET /api/me 1 ms request=r3`
	all := []string{"cloud ready: worker http://localhost:8787", stored, looked, ordered, refused, "not a line of the log"}
	cases := map[string]struct {
		options logs.Options
		want    []string
	}{
		"all":               {logs.Options{Last: 100}, all},
		"the last":          {logs.Options{Last: 2}, all[4:]},
		"of a request":      {logs.Options{Last: 100, Filter: logs.Filter{Request: "r1"}}, []string{stored, ordered}},
		"of a user":         {logs.Options{Last: 100, Filter: logs.Filter{User: "ada"}}, []string{stored, ordered}},
		"of a route":        {logs.Options{Last: 100, Filter: logs.Filter{Route: "/api/history"}}, []string{looked}},
		"of a user's route": {logs.Options{Last: 100, Filter: logs.Filter{User: "eve", Route: "/api/me"}}, nil},
		"raw": {
			logs.Options{Last: 100, JSON: true, Filter: logs.Filter{Request: "r3"}},
			[]string{`{"level":"info","method":"GET","route":"/api/me","status":401,"ms":1,"request":"r3","user":""}`},
		},
	}
	path := filepath.Join(t.TempDir(), "cloud.log")
	require.NoError(t, os.WriteFile(path, []byte(written), 0o600))
	clock := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3} `)

	for situation, tc := range cases {
		t.Run(situation, func(t *testing.T) {
			var out bytes.Buffer

			require.NoError(t, logs.Show(t.Context(), path, &out, tc.options))

			shown := strings.Split(clock.ReplaceAllString(out.String(), ""), "\n")
			assert.Equal(t, tc.want, append([]string(nil), shown[:len(shown)-1]...))
		})
	}
}

// What is written later is shown, a line of which only a part is there when it is whole, and what the next file has.
func TestFollow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cloud.log")
	ctx, stop := context.WithCancel(t.Context())
	from, to := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- logs.Show(ctx, path, to, logs.Options{Last: 10, Follow: true, JSON: true}) }()
	shown := bufio.NewScanner(from)
	next := func() string {
		require.True(t, shown.Scan())
		return shown.Text()
	}
	add := func(text string) {
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = file.WriteString(text)
		require.NoError(t, err)
		require.NoError(t, file.Close())
	}

	add(`2026-02-10T12:00:01Z worker  {"n":1}` + "\n" + `2026-02-10T12:00:02Z worker  {"n"`)
	assert.Equal(t, `{"n":1}`, next())
	add(":2}\n")
	assert.Equal(t, `{"n":2}`, next())
	require.NoError(t, os.Rename(path, path+".1"))
	add(`2026-02-10T12:00:03Z worker  {"n":3}` + "\n")
	assert.Equal(t, `{"n":3}`, next())

	stop()
	assert.NoError(t, <-ended)
}

func TestThereIsNoLog(t *testing.T) {
	assert.ErrorIs(t, logs.Show(t.Context(), filepath.Join(t.TempDir(), "none"), io.Discard, logs.Options{}), os.ErrNotExist)
}
