using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Orleans.Serialization.Configuration;

namespace EdgeOrleans.Silo.Native;

/// <summary>
/// Orleans' assemblies register every serializer they have, and whatever is registered is compiled: 11 MB of it.
/// <c>manifests.substitutions.xml</c> cuts those registrations from the native edition. What is needed of them stands in
/// <c>GeneratedManifest.cs</c>, which <c>tools/NativeManifest</c> writes from the grain interfaces.
/// </summary>
internal static partial class NativeManifest
{
    private const DynamicallyAccessedMemberTypes Kept =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    private const DynamicallyAccessedMemberTypes KeptOfInterface =
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.NonPublicMethods | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>Registers what was cut and is needed. Under the JIT nothing was cut.</summary>
    /// <param name="services">The silo's services, all of Orleans' own among them.</param>
    /// <param name="servesClients">Whether calls also come from Orleans clients, so that arguments and results are serialized.</param>
    public static void AddNativeManifest(this IServiceCollection services, bool servesClients)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
        {
            return;
        }

        services.Configure<TypeManifestOptions>(AddLocal);
        AddLocal(services);
        if (servesClients)
        {
            services.Configure<TypeManifestOptions>(AddClients);
            AddClients(services);
        }

        // Never so. The native compiler does not know it and compiles what the method names; no start pays for it.
        if (services.IsReadOnly)
        {
            KeepClosedTypes();
        }
    }

    private static void Keep([DynamicallyAccessedMembers(Kept)] Type? type) => Need(type);

    [return: DynamicallyAccessedMembers(Kept)]
    private static Type Need([DynamicallyAccessedMembers(Kept)] Type? type) => type ?? throw Renamed();

    [return: DynamicallyAccessedMembers(KeptOfInterface)]
    private static Type NeedInterface([DynamicallyAccessedMembers(KeptOfInterface)] Type? type) => type ?? throw Renamed();

    private static InvalidOperationException Renamed() =>
        new("A type that the native edition names by text is not in this binary; tools/NativeManifest writes the names.");
}
