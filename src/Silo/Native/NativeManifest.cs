using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Invocation;

namespace EdgeOrleans.Silo.Native;

/// <summary>
/// Orleans' own assemblies register every serializer they have, and whatever is registered is compiled: 11 MB of it.
/// <c>manifests.substitutions.xml</c> cuts those registrations from the native edition; what calls within one process need of
/// them stands here instead. Values are never serialized on the way to a grain of this process, so it is the answers' wrappers.
/// A type that a new grain method needs and that is missing shows when that method is called, so the tests call each of them
/// against the native binary.
/// </summary>
internal static class NativeManifest
{
    private const DynamicallyAccessedMemberTypes Kept =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>Registers what was cut and is needed. Under the JIT nothing was cut.</summary>
    public static void AddNativeManifest(this IServiceCollection services)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            services.Configure<TypeManifestOptions>(Configure);
        }
    }

    internal static void Configure(TypeManifestOptions manifest)
    {
        // Not public, so they are named by text, which the native compiler reads too.
        manifest.AddCopier(Need(Type.GetType("Orleans.Serialization.Invocation.PooledResponseCopier`1, Orleans.Serialization")));
        manifest.AddSerializer(Need(Type.GetType("Orleans.Serialization.Invocation.PooledResponseCodec`1, Orleans.Serialization")));
        manifest.AddActivator(Need(Type.GetType("Orleans.Serialization.Invocation.PooledResponseActivator`1, Orleans.Serialization")));
        manifest.AddCopier(typeof(ShallowCopier<CompletedResponse>));
        manifest.AddCopier(typeof(ShallowCopier<ExceptionResponse>));
    }

    [return: DynamicallyAccessedMembers(Kept)]
    private static Type Need([DynamicallyAccessedMembers(Kept)] Type? type) =>
        type ?? throw new InvalidOperationException("Orleans has renamed a type that the native edition names by text.");
}
