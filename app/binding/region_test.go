package binding_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/addreams/addreams/app/binding"
)

func TestQwenHosts(t *testing.T) {
	cases := map[string]struct{ shared, workspace string }{
		"sg": {"dashscope-intl.aliyuncs.com", "ws-1.ap-southeast-1.maas.aliyuncs.com"},
		"bj": {"dashscope.aliyuncs.com", "ws-1.cn-beijing.maas.aliyuncs.com"},
		"us": {"dashscope-us.aliyuncs.com", "ws-1.us-east-1.maas.aliyuncs.com"},
		"de": {"", "ws-1.eu-central-1.maas.aliyuncs.com"},
		"hk": {"cn-hongkong.dashscope.aliyuncs.com", "ws-1.cn-hongkong.maas.aliyuncs.com"},
		"jp": {"", "ws-1.ap-northeast-1.maas.aliyuncs.com"},
	}
	require.Len(t, binding.Regions(), len(cases))
	for _, region := range binding.Regions() {
		shared, err := binding.QwenHost(region, "")
		assert.Equal(t, cases[region].shared, shared)
		assert.Equal(t, shared == "", err != nil)

		workspace, err := binding.QwenHost(region, "ws-1")
		require.NoError(t, err)
		assert.Equal(t, cases[region].workspace, workspace)
	}

	_, err := binding.QwenHost("mars", "ws-1")
	assert.ErrorIs(t, err, binding.ErrNoRegion)
	_, err = binding.QwenHost("de", "")
	assert.ErrorIs(t, err, binding.ErrNoWorkspace)
}

func TestWorkspaces(t *testing.T) {
	for text, want := range map[string]bool{"ws-1": true, "llm-0a1b": true, "": false, "-a": false, "a-": false, "a.b": false, "WS": false, "a/b": false} {
		assert.Equal(t, want, binding.IsWorkspace(text), text)
	}
}

func TestParseQwenBase(t *testing.T) {
	cases := map[string]struct {
		base string
		own  bool
	}{
		"https://dashscope.aliyuncs.com":         {"https://dashscope.aliyuncs.com", true},
		"https://ws.cn-x.maas.aliyuncs.com/":     {"https://ws.cn-x.maas.aliyuncs.com", true},
		"https://gateway.example.com/dashscope/": {"https://gateway.example.com/dashscope", false},
		"https://aliyuncs.com.example.com":       {"https://aliyuncs.com.example.com", false},
		"https://notaliyuncs.com":                {"https://notaliyuncs.com", false},
	}
	for text, want := range cases {
		base, own, err := binding.ParseQwenBase(text)
		require.NoError(t, err)
		assert.Equal(t, want.base, base)
		assert.Equal(t, want.own, own)
	}

	for _, text := range []string{"", "http://dashscope.aliyuncs.com", "dashscope.aliyuncs.com", "https://", "https://a:b@dashscope.aliyuncs.com", "https://x.test?a", "https://x.test#a", "https://%"} {
		_, _, err := binding.ParseQwenBase(text)
		assert.Error(t, err, text)
	}
}
