/** A pod with a restrictive security context that runs one of our images against the API server of the tests. */

export interface CarefulPod {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  /** The address of the API server. */
  readonly server: string;
  readonly pullSecret: string;
  /** Replaces the image's entry point. */
  readonly command?: readonly string[];
  /** The name of a ConfigMap to mount as the folder ~/.docker. */
  readonly dockerConfig?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The pod uses the node's network, because pods of the tests have none of their own. */
export function carefulPod(pod: CarefulPod): object {
  const { name, image, args, server, pullSecret, command, dockerConfig } = pod;
  const { hostname, port } = new URL(server);
  const env = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, ...pod.env };
  const mounted = dockerConfig !== undefined;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      hostNetwork: true,
      imagePullSecrets: [{ name: pullSecret }],
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'regsecret',
          image,
          args,
          ...(command === undefined ? {} : { command }),
          env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
          volumeMounts: mounted ? [{ name: 'docker', mountPath: '/home/nonroot/.docker' }] : [],
          securityContext: {
            readOnlyRootFilesystem: true,
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
      volumes: mounted ? [{ name: 'docker', configMap: { name: dockerConfig } }] : [],
    },
  };
}
