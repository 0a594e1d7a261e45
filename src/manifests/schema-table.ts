/**
 * The fields of Secrets and of the kinds with imagePullSecrets, as the OpenAPI document of Kubernetes has them. Made by
 * `node build/schema-table.ts`.
 */
export const SCHEMA_VERSION = '1.36';

/**
 * A line for each type: its fields, each with the type of its value. The first line has the kinds. A type is the number of a line,
 * counted from 0; `[` is a list and `{` a map of the type behind it; nothing is a string, `i` a whole number, `n` a number,
 * `b` a boolean, `q` a string or a number, `x` a string or a whole number, and `a` anything.
 */
export const SCHEMA_TABLE = `v1/ServiceAccount:1 v1/Pod:2 apps/v1/Deployment:3 apps/v1/StatefulSet:4 apps/v1/DaemonSet:5 apps/v1/ReplicaSet:6 v1/ReplicationController:7 batch/v1/Job:8 batch/v1/CronJob:9 v1/PodTemplate:10 v1/Secret:11
apiVersion automountServiceAccountToken:b imagePullSecrets:[12 kind metadata:13 secrets:[14
apiVersion kind metadata:13 spec:15 status:a
apiVersion kind metadata:13 spec:16 status:a
apiVersion kind metadata:13 spec:17 status:a
apiVersion kind metadata:13 spec:18 status:a
apiVersion kind metadata:13 spec:19 status:a
apiVersion kind metadata:13 spec:20 status:a
apiVersion kind metadata:13 spec:21 status:a
apiVersion kind metadata:13 spec:22 status:a
apiVersion kind metadata:13 template:23
apiVersion data:{ immutable:b kind metadata:13 stringData:{ type
name
annotations:{ creationTimestamp deletionGracePeriodSeconds:i deletionTimestamp finalizers:[ generateName generation:i labels:{ managedFields:[24 name namespace ownerReferences:[25 resourceVersion selfLink uid
apiVersion fieldPath kind name namespace resourceVersion uid
activeDeadlineSeconds:i affinity:26 automountServiceAccountToken:b containers:[27 dnsConfig:28 dnsPolicy enableServiceLinks:b ephemeralContainers:[29 hostAliases:[30 hostIPC:b hostNetwork:b hostPID:b hostUsers:b hostname hostnameOverride imagePullSecrets:[12 initContainers:[27 nodeName nodeSelector:{ os:31 overhead:{q preemptionPolicy priority:i priorityClassName readinessGates:[32 resourceClaims:[33 resources:34 restartPolicy runtimeClassName schedulerName schedulingGates:[35 schedulingGroup:36 securityContext:37 serviceAccount serviceAccountName setHostnameAsFQDN:b shareProcessNamespace:b subdomain terminationGracePeriodSeconds:i tolerations:[38 topologySpreadConstraints:[39 volumes:[40
minReadySeconds:i paused:b progressDeadlineSeconds:i replicas:i revisionHistoryLimit:i selector:41 strategy:42 template:23
minReadySeconds:i ordinals:43 persistentVolumeClaimRetentionPolicy:44 podManagementPolicy replicas:i revisionHistoryLimit:i selector:41 serviceName template:23 updateStrategy:45 volumeClaimTemplates:[46
minReadySeconds:i revisionHistoryLimit:i selector:41 template:23 updateStrategy:47
minReadySeconds:i replicas:i selector:41 template:23
minReadySeconds:i replicas:i selector:{ template:23
activeDeadlineSeconds:i backoffLimit:i backoffLimitPerIndex:i completionMode completions:i managedBy manualSelector:b maxFailedIndexes:i parallelism:i podFailurePolicy:48 podReplacementPolicy selector:41 successPolicy:49 suspend:b template:23 ttlSecondsAfterFinished:i
concurrencyPolicy failedJobsHistoryLimit:i jobTemplate:50 schedule startingDeadlineSeconds:i successfulJobsHistoryLimit:i suspend:b timeZone
metadata:13 spec:15
apiVersion fieldsType fieldsV1:a manager operation subresource time
apiVersion blockOwnerDeletion:b controller:b kind name uid
nodeAffinity:51 podAffinity:52 podAntiAffinity:53
args:[ command:[ env:[54 envFrom:[55 image imagePullPolicy lifecycle:56 livenessProbe:57 name ports:[58 readinessProbe:57 resizePolicy:[59 resources:34 restartPolicy restartPolicyRules:[60 securityContext:61 startupProbe:57 stdin:b stdinOnce:b terminationMessagePath terminationMessagePolicy tty:b volumeDevices:[62 volumeMounts:[63 workingDir
nameservers:[ options:[64 searches:[
args:[ command:[ env:[54 envFrom:[55 image imagePullPolicy lifecycle:56 livenessProbe:57 name ports:[58 readinessProbe:57 resizePolicy:[59 resources:34 restartPolicy restartPolicyRules:[60 securityContext:61 startupProbe:57 stdin:b stdinOnce:b targetContainerName terminationMessagePath terminationMessagePolicy tty:b volumeDevices:[62 volumeMounts:[63 workingDir
hostnames:[ ip
name
conditionType
name resourceClaimName resourceClaimTemplateName
claims:[65 limits:{q requests:{q
name
podGroupName
appArmorProfile:66 fsGroup:i fsGroupChangePolicy runAsGroup:i runAsNonRoot:b runAsUser:i seLinuxChangePolicy seLinuxOptions:67 seccompProfile:68 supplementalGroups:[i supplementalGroupsPolicy sysctls:[69 windowsOptions:70
effect key operator tolerationSeconds:i value
labelSelector:41 matchLabelKeys:[ maxSkew:i minDomains:i nodeAffinityPolicy nodeTaintsPolicy topologyKey whenUnsatisfiable
awsElasticBlockStore:71 azureDisk:72 azureFile:73 cephfs:74 cinder:75 configMap:76 csi:77 downwardAPI:78 emptyDir:79 ephemeral:80 fc:81 flexVolume:82 flocker:83 gcePersistentDisk:84 gitRepo:85 glusterfs:86 hostPath:87 image:88 iscsi:89 name nfs:90 persistentVolumeClaim:91 photonPersistentDisk:92 portworxVolume:93 projected:94 quobyte:95 rbd:96 scaleIO:97 secret:98 storageos:99 vsphereVolume:100
matchExpressions:[101 matchLabels:{
rollingUpdate:102 type
start:i
whenDeleted whenScaled
rollingUpdate:103 type
apiVersion kind metadata:13 spec:104 status:a
rollingUpdate:105 type
rules:[106
rules:[107
metadata:13 spec:21
preferredDuringSchedulingIgnoredDuringExecution:[108 requiredDuringSchedulingIgnoredDuringExecution:109
preferredDuringSchedulingIgnoredDuringExecution:[110 requiredDuringSchedulingIgnoredDuringExecution:[111
preferredDuringSchedulingIgnoredDuringExecution:[110 requiredDuringSchedulingIgnoredDuringExecution:[111
name value valueFrom:112
configMapRef:113 prefix secretRef:114
postStart:115 preStop:115 stopSignal
exec:116 failureThreshold:i grpc:117 httpGet:118 initialDelaySeconds:i periodSeconds:i successThreshold:i tcpSocket:119 terminationGracePeriodSeconds:i timeoutSeconds:i
containerPort:i hostIP hostPort:i name protocol
resourceName restartPolicy
action exitCodes:120
allowPrivilegeEscalation:b appArmorProfile:66 capabilities:121 privileged:b procMount readOnlyRootFilesystem:b runAsGroup:i runAsNonRoot:b runAsUser:i seLinuxOptions:67 seccompProfile:68 windowsOptions:70
devicePath name
mountPath mountPropagation name readOnly:b recursiveReadOnly subPath subPathExpr
name value
name request
localhostProfile type
level role type user
localhostProfile type
name value
gmsaCredentialSpec gmsaCredentialSpecName hostProcess:b runAsUserName
fsType partition:i readOnly:b volumeID
cachingMode diskName diskURI fsType kind readOnly:b
readOnly:b secretName shareName
monitors:[ path readOnly:b secretFile secretRef:12 user
fsType readOnly:b secretRef:12 volumeID
defaultMode:i items:[122 name optional:b
driver fsType nodePublishSecretRef:12 readOnly:b volumeAttributes:{
defaultMode:i items:[123
medium sizeLimit:q
volumeClaimTemplate:124
fsType lun:i readOnly:b targetWWNs:[ wwids:[
driver fsType options:{ readOnly:b secretRef:12
datasetName datasetUUID
fsType partition:i pdName readOnly:b
directory repository revision
endpoints path readOnly:b
path type
pullPolicy reference
chapAuthDiscovery:b chapAuthSession:b fsType initiatorName iqn iscsiInterface lun:i portals:[ readOnly:b secretRef:12 targetPortal
path readOnly:b server
claimName readOnly:b
fsType pdID
fsType readOnly:b volumeID
defaultMode:i sources:[125
group readOnly:b registry tenant user volume
fsType image keyring monitors:[ pool readOnly:b secretRef:12 user
fsType gateway protectionDomain readOnly:b secretRef:12 sslEnabled:b storageMode storagePool system volumeName
defaultMode:i items:[122 optional:b secretName
fsType readOnly:b secretRef:12 volumeName volumeNamespace
fsType storagePolicyID storagePolicyName volumePath
key operator values:[
maxSurge:x maxUnavailable:x
maxUnavailable:x partition:i
accessModes:[ dataSource:126 dataSourceRef:127 resources:128 selector:41 storageClassName volumeAttributesClassName volumeMode volumeName
maxSurge:x maxUnavailable:x
action onExitCodes:129 onPodConditions:[130
succeededCount:i succeededIndexes
preference:131 weight:i
nodeSelectorTerms:[131
podAffinityTerm:111 weight:i
labelSelector:41 matchLabelKeys:[ mismatchLabelKeys:[ namespaceSelector:41 namespaces:[ topologyKey
configMapKeyRef:132 fieldRef:133 fileKeyRef:134 resourceFieldRef:135 secretKeyRef:136
name optional:b
name optional:b
exec:116 httpGet:118 sleep:137 tcpSocket:119
command:[
port:i service
host httpHeaders:[138 path port:x scheme
host port:x
operator values:[i
add:[ drop:[
key mode:i path
fieldRef:133 mode:i path resourceFieldRef:135
metadata:13 spec:104
clusterTrustBundle:139 configMap:140 downwardAPI:141 podCertificate:142 secret:143 serviceAccountToken:144
apiGroup kind name
apiGroup kind name namespace
limits:{q requests:{q
containerName operator values:[i
status type
matchExpressions:[145 matchFields:[145
key name optional:b
apiVersion fieldPath
key optional:b path volumeName
containerName divisor:q resource
key name optional:b
seconds:i
name value
labelSelector:41 name optional:b path signerName
items:[122 name optional:b
items:[123
certificateChainPath credentialBundlePath keyPath keyType maxExpirationSeconds:i signerName userAnnotations:{
items:[122 name optional:b
audience expirationSeconds:i path
key operator values:[`;
