// Command apiserver treats manifests as the API server of Kubernetes does, by its own code: it decodes them strictly,
// sets defaults, validates them, and judges pods by Pod Security "restricted", at each version from 1.25 to its own.
//
// It reads YAML documents from its standard input and prints one line for each thing that is wrong. Objects of the
// Prometheus operator are decoded only: what more they must be is in its CRDs.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/pod-security-admission/api"
	podsecurity "k8s.io/pod-security-admission/policy"
)

const newestMinor = 34 // of the modules in go.mod

var scheme = legacyscheme.Scheme

func main() {
	if err := monitoringv1.AddToScheme(scheme); err != nil {
		panic(err)
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	decoder := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
		json.SerializerOptions{Yaml: true, Strict: true})
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		object, kind, err := decoder.Decode(document, nil, nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		name := kind.Kind + "/" + object.(metav1.Object).GetName()
		for _, problem := range check(object) {
			fmt.Println(name + ": " + problem)
		}
		fmt.Fprintln(os.Stderr, "checked", name)
	}
}

// check gives all that is wrong with an object.
func check(object runtime.Object) []string {
	var problems []string
	scheme.Default(object)
	if !isMonitoring(object) {
		internal, err := scheme.UnsafeConvertToVersion(object.DeepCopyObject(), runtime.InternalGroupVersioner)
		if err != nil {
			return []string{err.Error()}
		}
		for _, problem := range validate(internal) {
			problems = append(problems, problem.Error())
		}
	}
	switch workload := object.(type) {
	case *appsv1.Deployment:
		problems = append(problems, judge(&workload.Spec.Template)...)
	case *appsv1.StatefulSet:
		problems = append(problems, judge(&workload.Spec.Template)...)
	}
	return problems
}

func isMonitoring(object runtime.Object) bool {
	return object.GetObjectKind().GroupVersionKind().Group == monitoringv1.SchemeGroupVersion.Group
}

// validate runs what the API server runs when an object is created.
func validate(object runtime.Object) field.ErrorList {
	switch o := object.(type) {
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o)
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(o)
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(o)
	case *core.Service:
		if o.Spec.ClusterIP == core.ClusterIPNone {
			o.Spec.ClusterIPs = []string{core.ClusterIPNone} // the API server does so before it validates
		}
		return corevalidation.ValidateServiceCreate(o)
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, pod.GetValidationOptionsFromPodTemplate(&o.Spec.Template, nil))
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSet(o, pod.GetValidationOptionsFromPodTemplate(&o.Spec.Template, nil))
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{})
	}
	return field.ErrorList{field.InternalError(nil, fmt.Errorf("no validation is known for %T", object))}
}

// judge gives the violations of "restricted" in a pod.
func judge(template *corev1.PodTemplateSpec) []string {
	evaluator, err := podsecurity.NewEvaluator(podsecurity.DefaultChecks())
	if err != nil {
		panic(err)
	}
	var problems []string
	for minor := 25; minor <= newestMinor; minor++ {
		level := api.LevelVersion{Level: api.LevelRestricted, Version: api.MajorMinorVersion(1, minor)}
		for _, result := range evaluator.EvaluatePod(level, &template.ObjectMeta, &template.Spec) {
			if !result.Allowed {
				problems = append(problems, fmt.Sprintf("restricted %s: %s", level.Version, result.ForbiddenDetail))
			}
		}
	}
	return problems
}
