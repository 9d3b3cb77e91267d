package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/structpb"
)

var binary string // the plugin, built once

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "plugin")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "pulumi-resource-cloudflare")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		panic(string(out))
	}
	return m.Run()
}

// cloud is a local Cloudflare for one test, with faults allowed.
type cloud struct {
	API, TLS, Account, Token, CA, Worker string
	t                                    *testing.T
}

func startCloud(t *testing.T) *cloud {
	t.Helper()
	dir := t.TempDir()
	command := exec.Command("node", "../main.mjs", "--data", dir, "--worker-port", "0", "--api-port", "0", "--tls-port", "0", "--faults")
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, command.Process.Signal(os.Interrupt))
		require.NoError(t, command.Wait())
	})

	_, err = bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, "the local Cloudflare must say that it is ready")

	content, err := os.ReadFile(filepath.Join(dir, "cloud.json"))
	require.NoError(t, err)
	c := &cloud{t: t}
	require.NoError(t, json.Unmarshal(content, c))
	return c
}

// own calls the controls that the local Cloudflare has for tests.
func (c *cloud) own(method, path string, body, result any) {
	c.t.Helper()
	c.request(method, strings.TrimSuffix(c.API, "/client/v4")+path, body, result)
}

// api calls the REST API below the account.
func (c *cloud) api(method, path string, body, result any) {
	c.t.Helper()
	c.request(method, c.API+"/accounts/"+c.Account+path, body, result)
}

func (c *cloud) request(method, url string, body, result any) {
	c.t.Helper()
	content, err := json.Marshal(body)
	require.NoError(c.t, err)
	request, err := http.NewRequest(method, url, bytes.NewReader(content))
	require.NoError(c.t, err)
	request.Header.Set("Authorization", "Bearer "+c.Token)

	response, err := http.DefaultClient.Do(request)
	require.NoError(c.t, err)
	defer response.Body.Close()

	reply, err := io.ReadAll(response.Body)
	require.NoError(c.t, err)
	require.Less(c.t, response.StatusCode, 400, "%s", reply)
	if result != nil {
		require.NoError(c.t, json.Unmarshal(reply, &struct{ Result any }{result}))
	}
}

// sent returns the requests since the last call, as "METHOD path" with unchanged account and resource IDs.
func (c *cloud) sent() []string {
	c.t.Helper()
	var requests []struct{ Method, Path string }
	c.own("GET", "/__requests", nil, &requests)
	c.own("DELETE", "/__requests", nil, nil)
	var lines []string
	for _, one := range requests {
		lines = append(lines, one.Method+" "+strings.TrimPrefix(one.Path, "/accounts/"+c.Account))
	}
	return lines
}

func (c *cloud) fault(fault map[string]any) {
	c.t.Helper()
	c.own("POST", "/__faults", fault, nil)
}

// engine talks to a plugin process as Pulumi's engine does.
type engine struct {
	t      *testing.T
	client pulumirpc.ResourceProviderClient
}

func startPlugin(t *testing.T, c *cloud, env ...string) *engine {
	t.Helper()
	command := exec.Command(binary)
	command.Stderr = os.Stderr
	command.Env = append(os.Environ(), "SSL_CERT_FILE="+c.CA, "CLOUDFLARE_API_HOSTNAME="+c.TLS, "CLOUDFLARE_API_TOKEN="+c.Token,
		"CLOUDFLARE_RPS=1000", "CLOUDFLARE_MIN_BACKOFF=0", "CLOUDFLARE_MAX_BACKOFF=0", "CLOUDFLARE_TIMEOUT=60")
	command.Env = append(command.Env, env...)

	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		require.NoError(t, command.Process.Kill())
		_ = command.Wait()
	})

	port, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	connection, err := grpc.NewClient("127.0.0.1:"+strings.TrimSpace(port), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, connection.Close()) })

	e := &engine{t, pulumirpc.NewResourceProviderClient(connection)}
	_, err = e.client.Configure(t.Context(), &pulumirpc.ConfigureRequest{AcceptSecrets: true, Args: &structpb.Struct{}})
	require.NoError(t, err)
	return e
}

var marshalling = plugin.MarshalOptions{KeepSecrets: true, KeepUnknowns: true}

func (e *engine) marshal(properties resource.PropertyMap) *structpb.Struct {
	e.t.Helper()
	message, err := plugin.MarshalProperties(properties, marshalling)
	require.NoError(e.t, err)
	return message
}

func (e *engine) unmarshal(message *structpb.Struct) resource.PropertyMap {
	e.t.Helper()
	properties, err := plugin.UnmarshalProperties(message, marshalling)
	require.NoError(e.t, err)
	return properties
}

// urn returns a URN of the type, such as "d1Database:D1Database".
func urn(kind string) string { return "urn:pulumi:test::addreams::cloudflare:index/" + kind + "::one" }

func (e *engine) check(kind string, inputs resource.PropertyMap) (resource.PropertyMap, []*pulumirpc.CheckFailure, error) {
	e.t.Helper()
	reply, err := e.client.Check(e.t.Context(), &pulumirpc.CheckRequest{Urn: urn(kind), News: e.marshal(inputs)})
	if err != nil {
		return nil, nil, err
	}
	return e.unmarshal(reply.Inputs), reply.Failures, nil
}

// create calls Check and Create, as `pulumi up` does.
func (e *engine) create(kind string, inputs resource.PropertyMap) (string, resource.PropertyMap, error) {
	e.t.Helper()
	checked, failures, err := e.check(kind, inputs)
	require.NoError(e.t, err)
	require.Empty(e.t, failures)
	reply, err := e.client.Create(e.t.Context(), &pulumirpc.CreateRequest{Urn: urn(kind), Properties: e.marshal(checked)})
	if err != nil {
		return "", nil, err
	}
	return reply.Id, e.unmarshal(reply.Properties), nil
}

func (e *engine) mustCreate(kind string, inputs resource.PropertyMap) (string, resource.PropertyMap) {
	e.t.Helper()
	id, state, err := e.create(kind, inputs)
	require.NoError(e.t, err)
	return id, state
}

// read refreshes a resource, or imports it if state is nil.
func (e *engine) read(kind, id string, state resource.PropertyMap) (string, resource.PropertyMap, error) {
	e.t.Helper()
	reply, err := e.client.Read(e.t.Context(), &pulumirpc.ReadRequest{
		Urn: urn(kind), Id: id, Properties: e.marshal(state), Inputs: e.marshal(state),
	})
	if err != nil {
		return "", nil, err
	}
	return reply.Id, e.unmarshal(reply.Properties), nil
}

func (e *engine) diff(kind, id string, state, inputs resource.PropertyMap) *pulumirpc.DiffResponse {
	e.t.Helper()
	reply, err := e.client.Diff(e.t.Context(), &pulumirpc.DiffRequest{
		Urn: urn(kind), Id: id, Olds: e.marshal(state), OldInputs: e.marshal(state), News: e.marshal(inputs),
	})
	require.NoError(e.t, err)
	return reply
}

func (e *engine) update(kind, id string, state, inputs resource.PropertyMap) (resource.PropertyMap, error) {
	e.t.Helper()
	reply, err := e.client.Update(e.t.Context(), &pulumirpc.UpdateRequest{
		Urn: urn(kind), Id: id, Olds: e.marshal(state), OldInputs: e.marshal(state), News: e.marshal(inputs),
	})
	if err != nil {
		return nil, err
	}
	return e.unmarshal(reply.Properties), nil
}

func (e *engine) delete(kind, id string, state resource.PropertyMap) error {
	e.t.Helper()
	_, err := e.client.Delete(e.t.Context(), &pulumirpc.DeleteRequest{
		Urn: urn(kind), Id: id, Properties: e.marshal(state), OldInputs: e.marshal(state),
	})
	return err
}

// properties turns JSON values into a property map.
func properties(object map[string]any) resource.PropertyMap {
	return resource.NewPropertyMapFromMap(object)
}
