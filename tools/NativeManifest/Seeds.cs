using System.Reflection;
using Orleans.Serialization;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Invocation;

namespace EdgeOrleans.NativeManifest;

/// <summary>The types a walk starts from: whatever stands in a grain interface, and the messages around it.</summary>
/// <param name="Interfaces">The grain interfaces that are called.</param>
/// <param name="Types">The types that are copied or serialized for it.</param>
internal sealed record Seeds(IReadOnlyList<Type> Interfaces, IReadOnlyList<Type> Types)
{
    private const string Grains = "EdgeOrleans.Grains";
    private const string Manifests = "IClusterManifestSystemTarget";

    // Those of its methods that clients call: the second, and the first of a silo that does not know it. The others are for silos.
    private static readonly string[] ManifestsForClients = ["GetClusterManifest", "GetClusterManifestUpdate"];

    // What a client and its gateway say to each other beside calls of grains.
    private static readonly Type[] Messages =
    [
        Internal("ConnectionPreamble"), Internal("RejectionResponse"), Internal("StatusResponse"), typeof(GrainAddressCacheUpdate),
    ];

    // Exceptions of Orleans' own that a silo throws at a caller. Any other arrives as one that says what it was.
    private static readonly Type[] Exceptions =
    [
        typeof(OrleansException), typeof(OrleansMessageRejectionException), typeof(GrainExtensionNotInstalledException),
        typeof(SiloUnavailableException), typeof(SerializerException), typeof(CodecNotFoundException),
    ];

    /// <summary>Calls within the process: arguments and results are copied.</summary>
    public static Seeds Local()
    {
        var interfaces = InterfacesOf(Assembly.Load(Grains)).Concat(InterfacesOf(typeof(ICollectionGrain).Assembly)).ToArray();
        return new Seeds(interfaces, [.. interfaces.SelectMany(TypesOf), typeof(CompletedResponse), typeof(ExceptionResponse)]);
    }

    /// <summary>Calls of Orleans clients: arguments and results are serialized, results copied before that.</summary>
    public static Seeds Clients()
    {
        var own = InterfacesOf(typeof(ICollectionGrain).Assembly).ToArray();
        Type[] interfaces = [.. own, .. SystemInterfaces(own)];
        var types = interfaces.SelectMany(TypesOf)
            .Concat(interfaces.SelectMany(InvokablesOf))
            .Concat(Messages)
            .Concat(Exceptions)
            .Concat(
            [
                typeof(CompletedResponse), typeof(ExceptionResponse), typeof(Exception),

                // The request context and what a caller may put there; an exception's data too. A dictionary sends its comparer by this name.
                typeof(Dictionary<string, object>), typeof(WellKnownStringComparerCodec), typeof(string), typeof(bool), typeof(int), typeof(long), typeof(double), typeof(Guid),
            ]);
        return new Seeds(interfaces, [.. types]);
    }

    /// <summary>What Orleans itself calls for a client, as far as our interfaces lead there.</summary>
    private static IEnumerable<Type> SystemInterfaces(Type[] own)
    {
        yield return Internal(Manifests);
        yield return Internal("IClientGatewayObserver");
        var methods = own.SelectMany(static type => type.GetMethods()).ToArray();
        if (methods.Any(static method => method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(CancellationToken))))
        {
            yield return Internal("IGrainCallCancellationExtension");
        }

        // Its methods are generic in the element, so a hint for each element type is needed besides: nobody has asked for it yet.
        if (methods.FirstOrDefault(static method => method.ReturnType.Name == "IAsyncEnumerable`1") is { } stream)
        {
            throw new NotSupportedException($"{stream.DeclaringType}.{stream.Name} returns a stream, which this tool does not know yet.");
        }
    }

    private static IEnumerable<Type> InterfacesOf(Assembly assembly) =>
        assembly.GetTypes().Where(static type => type.IsInterface && typeof(IGrain).IsAssignableFrom(type)).OrderBy(static type => type.FullName, StringComparer.Ordinal);

    private static IEnumerable<Type> TypesOf(Type grainInterface)
    {
        foreach (var method in grainInterface.GetMethods().Where(method => IsCalled(grainInterface, method.Name)))
        {
            if (method.ReturnType is { IsGenericType: true } task)
            {
                var result = task.GetGenericArguments()[0];
                yield return result;
                yield return typeof(Response<>).MakeGenericType(result);
            }

            foreach (var parameter in method.GetParameters())
            {
                if (parameter.ParameterType != typeof(CancellationToken))
                {
                    yield return parameter.ParameterType;
                }
            }
        }
    }

    /// <summary>The generated requests of an interface: one for each method.</summary>
    private static IEnumerable<Type> InvokablesOf(Type grainInterface) =>
        grainInterface.Assembly.GetTypes().Where(type => type.Name.StartsWith($"Invokable_{grainInterface.Name}_", StringComparison.Ordinal))
            .Where(type => IsCalled(grainInterface, ((IInvokable)Activator.CreateInstance(type)!).GetMethodName()));

    private static bool IsCalled(Type grainInterface, string method) => grainInterface.Name != Manifests || ManifestsForClients.Contains(method);

    private static Type Internal(string name) =>
        typeof(IClusterClient).Assembly.GetTypes().SingleOrDefault(type => type.Name == name)
        ?? throw new InvalidOperationException($"Orleans.Core has no type {name} any more.");
}
