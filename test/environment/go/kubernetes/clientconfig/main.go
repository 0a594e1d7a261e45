// Command clientconfig answers, with the code that kubectl uses, which server, user and namespace a kubeconfig, flags and
// an environment lead to, and what the first request says.
//
// One JSON object per line in, one per line out, in the same order.
package main

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpproxy"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"k8s.io/client-go/transport"
	"k8s.io/klog/v2"
)

type question struct {
	// As typed, such as "--context=kind".
	Flags []string `json:"flags"`
	// The whole environment.
	Env map[string]string `json:"env"`
	// Whether the request is sent, to a server on loopback.
	Send bool `json:"send"`
}

type answer struct {
	Error          string              `json:"error,omitempty"`
	NamespaceError string              `json:"namespaceError,omitempty"`
	Namespace      string              `json:"namespace"`
	URL            string              `json:"url"`
	Headers        map[string][]string `json:"headers"`
	Timeout        int64               `json:"timeout"`
	Proxy          string              `json:"proxy"`
	ProxyError     string              `json:"proxyError,omitempty"`
	TLS            *tlsSettings        `json:"tls,omitempty"`
	Exec           *execSettings       `json:"exec,omitempty"`
	AuthProvider   map[string]string   `json:"authProvider,omitempty"`
	SendError      string              `json:"sendError,omitempty"`
}

// Bytes are told by their hash.
type tlsSettings struct {
	ServerName  string `json:"serverName"`
	Insecure    bool   `json:"insecure"`
	CA          string `json:"ca"`
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
}

func main() {
	klog.SetLogger(klog.Logger{})
	input := bufio.NewReaderSize(os.Stdin, 1<<20)
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(output)
	for {
		line, err := input.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked question
		if err := json.Unmarshal(line, &asked); err != nil {
			os.Exit(1)
		}
		if err := encoder.Encode(ask(asked)); err != nil {
			os.Exit(1)
		}
		if input.Buffered() == 0 {
			output.Flush()
		}
	}
}

func ask(asked question) answer {
	os.Clearenv()
	for name, value := range asked.Env {
		os.Setenv(name, value)
	}
	// Read once, when the package is loaded.
	clientcmd.ClusterDefaults = clientcmdapi.Cluster{Server: "http://localhost:8080"}
	if server := os.Getenv("KUBERNETES_MASTER"); server != "" {
		clientcmd.ClusterDefaults.Server = server
	}
	clientcmd.DefaultClientConfig = *clientcmd.NewDefaultClientConfig(*clientcmdapi.NewConfig(),
		&clientcmd.ConfigOverrides{ClusterDefaults: clientcmd.ClusterDefaults}).(*clientcmd.DirectClientConfig)

	configFlags := genericclioptions.NewConfigFlags(false)
	set := pflag.NewFlagSet("kubectl", pflag.ContinueOnError)
	configFlags.AddFlags(set)
	if err := set.Parse(asked.Flags); err != nil {
		return answer{Error: err.Error()}
	}
	config, err := configFlags.ToRESTConfig()
	if err != nil {
		return answer{Error: err.Error()}
	}
	result := answer{Timeout: int64(config.Timeout)}
	result.Namespace, _, err = configFlags.ToRawKubeConfigLoader().Namespace()
	if err != nil {
		result.NamespaceError = err.Error()
	}
	if err := describe(config, asked.Send, &result); err != nil {
		return answer{Error: err.Error()}
	}
	return result
}

func describe(config *rest.Config, send bool, result *answer) error {
	transportConfig, err := config.TransportConfig()
	if err != nil {
		return err
	}
	// Fails for what is no certificate and no key, and fills in what is in files.
	if _, err := transport.TLSConfigFor(transportConfig); err != nil {
		return err
	}
	if transportConfig.HasCertAuth() {
		// What comes from files is looked at when a server asks for it.
		if _, err := tls.X509KeyPair(transportConfig.TLS.CertData, transportConfig.TLS.KeyData); err != nil {
			return err
		}
	}
	quiet := rest.CopyConfig(config)
	quiet.ExecProvider, quiet.AuthProvider = nil, nil
	request, err := requestOf(quiet, send, result)
	if err != nil {
		return err
	}
	// Who is sent already is not asked for.
	hasOwn := request.Header.Get("Authorization") != ""
	if config.ExecProvider != nil && !hasOwn && !transportConfig.HasCertAuth() {
		if result.Exec, err = describeExec(config); err != nil {
			return err
		}
	}
	if config.AuthProvider != nil && !hasOwn {
		result.AuthProvider = config.AuthProvider.Config
	}
	result.URL = request.URL.Scheme + "://" + request.URL.Host + request.URL.EscapedPath()
	result.Headers = map[string][]string{}
	for name, values := range request.Header {
		if name == "Authorization" || strings.HasPrefix(name, "Impersonate-") {
			result.Headers[name] = values
		}
	}
	if config.Proxy == nil {
		config.Proxy = func(request *http.Request) (*urlOfProxy, error) {
			return httpproxy.FromEnvironment().ProxyFunc()(request.URL)
		}
	}
	if proxy, err := config.Proxy(request); err != nil {
		result.ProxyError = err.Error()
	} else if proxy != nil {
		result.Proxy = proxy.String()
	}
	if request.URL.Scheme == "https" {
		result.TLS = &tlsSettings{
			ServerName:  config.ServerName,
			Insecure:    config.Insecure,
			CA:          hash(transportConfig.TLS.CAData),
			Certificate: hash(transportConfig.TLS.CertData),
			Key:         hash(transportConfig.TLS.KeyData),
		}
	}
	return nil
}

func hash(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}
