using System.Collections;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Serialization.Cloning;
using Orleans.Serialization.Codecs;
using Orleans.Serialization.Configuration;
using Orleans.Serialization.Serializers;

namespace EdgeOrleans.NativeManifest;

/// <summary>
/// Asks Orleans' codec provider for the copier or serializer of each seed, under the JIT and with all manifests, and then looks
/// at what the provider has made on the way: that, and no more, is what the native edition must be able to make.
/// </summary>
internal sealed class CodecWalk
{
    private readonly CodecProvider _provider;
    private readonly HashSet<Type> _asked = [];
    private readonly bool _copiesOnly;

    private CodecWalk(Seeds seeds, CodecProvider provider, bool copiesOnly)
    {
        Seeds = seeds;
        _provider = provider;
        _copiesOnly = copiesOnly;
        foreach (var type in seeds.Types)
        {
            if (copiesOnly)
            {
                provider.GetDeepCopier(type);
            }
            else
            {
                provider.GetCodec(type);
                provider.TryGetDeepCopier(type);
            }
        }

        while (AskForDependencies())
        {
        }

        Made = [.. Caches().SelectMany(static cache => cache.Values).SelectMany(static made => Closure(made.GetType())).Distinct()];
        ValueServices = [.. _asked.Concat(TypedServices()).Where(static service => service.GetGenericArguments()[0].IsValueType).Distinct()];
    }

    /// <summary>What the walk started from.</summary>
    public Seeds Seeds { get; }

    /// <summary>Every type that was made or is part of one that was: codecs, copiers, activators, their bases and arguments.</summary>
    public IReadOnlyList<Type> Made { get; }

    /// <summary>The services over value types that codecs ask the container for.</summary>
    public IReadOnlyList<Type> ValueServices { get; }

    /// <summary>Copiers alone.</summary>
    public static CodecWalk Copies(Seeds seeds) => Walk(seeds, copiesOnly: true);

    /// <summary>Copiers and serializers.</summary>
    public static CodecWalk Everything(Seeds seeds) => Walk(seeds, copiesOnly: false);

    private static CodecWalk Walk(Seeds seeds, bool copiesOnly)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(static silo => silo.UseLocalhostClustering());
        builder.Services.PostConfigure<TypeManifestOptions>(CutManifests.Replace);
        using var host = builder.Build();
        return new CodecWalk(seeds, host.Services.GetRequiredService<CodecProvider>(), copiesOnly);
    }

    /// <summary>What a constructor takes is often resolved at its first use only, so it is asked for here, until nothing new comes.</summary>
    private bool AskForDependencies()
    {
        var before = _asked.Count;
        var services = Caches().SelectMany(static cache => cache.Values)
            .SelectMany(static made => made.GetType().GetConstructors())
            .SelectMany(static constructor => constructor.GetParameters())
            .Select(static parameter => parameter.ParameterType)
            .Where(static type => type.IsConstructedGenericType && type.GetGenericArguments().Length == 1)
            .ToArray();
        foreach (var service in services)
        {
            if (GetterOf(service) is { } getter && _asked.Add(service))
            {
                typeof(CodecProvider).GetMethods().Single(method => method.Name == getter && method.IsGenericMethod)
                    .MakeGenericMethod(service.GetGenericArguments()).Invoke(_provider, null);
            }
        }

        return _asked.Count > before;
    }

    private string? GetterOf(Type service) => service.Name switch
    {
        "IDeepCopier`1" => nameof(CodecProvider.GetDeepCopier),
        "IBaseCopier`1" => nameof(CodecProvider.GetBaseCopier),
        "IActivator`1" => nameof(CodecProvider.GetActivator),
        "IFieldCodec`1" when !_copiesOnly => nameof(CodecProvider.GetCodec),
        "IBaseCodec`1" when !_copiesOnly => nameof(CodecProvider.GetBaseCodec),
        "IValueSerializer`1" when !_copiesOnly => nameof(CodecProvider.GetValueSerializer),
        _ => null,
    };

    /// <summary>Those that generated constructors have asked for by themselves.</summary>
    private IEnumerable<Type> TypedServices() =>
        Cache("_typedCodecs").Keys.Select(static type => typeof(IFieldCodec<>).MakeGenericType(type))
            .Concat(Cache("_typedCopiers").Keys.Select(static type => typeof(IDeepCopier<>).MakeGenericType(type)));

    private IEnumerable<Dictionary<Type, object>> Caches() =>
        typeof(CodecProvider).GetFields(BindingFlags.Instance | BindingFlags.NonPublic)
            .Where(static field => field.FieldType.Name == "ConcurrentDictionary`2").Select(static field => field.Name).Select(Cache);

    private Dictionary<Type, object> Cache(string field)
    {
        var cache = (IDictionary?)typeof(CodecProvider).GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(_provider)
            ?? throw new InvalidOperationException($"Orleans' codec provider has no {field} any more.");
        var entries = new Dictionary<Type, object>();
        foreach (DictionaryEntry entry in cache)
        {
            entries.Add((Type)entry.Key, entry.Value!);
        }

        return entries;
    }

    /// <summary>A type, its bases, and the types in its arguments.</summary>
    private static IEnumerable<Type> Closure(Type type)
    {
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            yield return t;
            foreach (var argument in t.GetGenericArguments().SelectMany(Closure))
            {
                yield return argument;
            }
        }
    }
}
