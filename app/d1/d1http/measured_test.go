package d1http_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/d1"
	"github.com/addreams/addreams/app/d1/d1http"
	"github.com/addreams/addreams/app/d1/d1http/d1httptest"
	"github.com/addreams/addreams/app/d1/sqlite"
)

func TestMeasured(t *testing.T) {
	memory, err := sqlite.Open(sqlite.Memory)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, memory.Close()) })
	server := d1httptest.Serve(t, memory)
	server.Fault = func(_ string, _ int, w http.ResponseWriter, _ func() (int, []byte)) {
		_, _ = w.Write([]byte(`{"success":true,"errors":[],"result":[{"success":true,
			"results":{"columns":["n"],"rows":[[7]]},
			"meta":{"duration":1.5,"rows_read":40,"rows_written":3,"changes":2}}]}`))
	}

	results, metas, err := server.Open(t).Measured(t.Context(), d1.SQL("SELECT 7 AS n"))

	require.NoError(t, err)
	assert.Equal(t, []d1.Result{{Columns: []string{"n"}, Rows: []d1.Row{{int64(7)}}, Changes: 2}}, results)
	assert.Equal(t, []d1http.Meta{{Duration: 1.5, RowsRead: 40, RowsWritten: 3}}, metas)
}
