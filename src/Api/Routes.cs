namespace EdgeOrleans.Api;

/// <summary>The places that a request can be for.</summary>
internal enum Route
{
    None,
    Root,
    Health,
    HealthLive,
    HealthReady,
    Recovery,
    Metrics,
    Entry,
    Collection,
    Batch,
    Namespaces,
    Namespace,
    NamespaceCollections,
    NamespaceCollection,
    NamespaceInfo,
    Sync,
    Devices,
    DeviceEntry,
}

/// <summary>The methods of HTTP that some route takes.</summary>
[Flags]
internal enum Verb
{
    None = 0,
    Get = 1,
    Head = 2,
    Post = 4,
    Put = 8,
    Delete = 16,
}

/// <summary>A route with the raw, still encoded names in its path.</summary>
internal readonly ref struct RouteMatch
{
    public Route Route { get; init; }

    /// <summary>The raw namespace; may be empty, which means the default one.</summary>
    public ReadOnlySpan<char> Namespace { get; init; }

    /// <summary>For an entry of a device: its raw id.</summary>
    public ReadOnlySpan<char> Device { get; init; }

    public ReadOnlySpan<char> Collection { get; init; }

    public ReadOnlySpan<char> Key { get; init; }

    /// <summary>For an entry and a collection: <c>namespace/collection</c> as it stands in the path.</summary>
    public ReadOnlySpan<char> CollectionPath { get; init; }
}

/// <summary>The table of routes, matched on the raw path: it is split at <c>/</c> first, and its names are decoded afterwards.</summary>
internal static class Routes
{
    private const string KeyValues = "/api/v1/kv/";
    private const string Namespaces = "/api/v1/namespaces";
    private const string Devices = "/api/v1/devices";
    private const string NamespacesShort = "/api/v1/namespace/";

    public static RouteMatch Match(ReadOnlySpan<char> path)
    {
        if (path.StartsWith(KeyValues))
        {
            return MatchKeyValues(path[KeyValues.Length..]);
        }

        if (path.StartsWith(NamespacesShort))
        {
            return MatchNamespace(path[NamespacesShort.Length..]);
        }

        if (path.StartsWith(Namespaces))
        {
            var rest = path[Namespaces.Length..];
            return rest.Length == 0 ? new() { Route = Route.Namespaces }
                : rest[0] == '/' ? MatchNamespace(rest[1..])
                : default;
        }

        if (path.StartsWith(Devices))
        {
            return MatchDevices(path[Devices.Length..]);
        }

        return path switch
        {
            "/sync" => new() { Route = Route.Sync },
            "/" => new() { Route = Route.Root },
            "/health" => new() { Route = Route.Health },
            "/health/live" => new() { Route = Route.HealthLive },
            "/health/ready" => new() { Route = Route.HealthReady },
            "/recovery" => new() { Route = Route.Recovery },
            "/metrics" => new() { Route = Route.Metrics },
            _ => default,
        };
    }

    /// <summary>The methods that a route takes.</summary>
    public static Verb Verbs(Route route) => route switch
    {
        Route.Entry => Verb.Get | Verb.Head | Verb.Post | Verb.Put | Verb.Delete,
        Route.Batch => Verb.Post | Verb.Delete,
        Route.Namespace or Route.NamespaceCollection => Verb.Delete,
        _ => Verb.Get | Verb.Head,
    };

    /// <summary>The same, as <c>Allow</c> has them.</summary>
    public static string Allow(Route route) => Verbs(route).ToString().ToUpperInvariant();

    /// <summary>Whether a route tells or changes what collections hold, and not how the service is.</summary>
    public static bool IsOfData(Route route) => route is Route.Entry or Route.Collection or Route.Batch
        or Route.Namespaces or Route.Namespace or Route.NamespaceCollections or Route.NamespaceCollection or Route.NamespaceInfo;

    /// <summary>The route without the names in it: what a measurement may be labelled with.</summary>
    public static string Template(Route route) => route switch
    {
        Route.Root => "/",
        Route.Health => "/health",
        Route.HealthLive => "/health/live",
        Route.HealthReady => "/health/ready",
        Route.Recovery => "/recovery",
        Route.Metrics => "/metrics",
        Route.Entry => "/api/v1/kv/{namespace}/{collection}/{key}",
        Route.Collection => "/api/v1/kv/{namespace}/{collection}",
        Route.Batch => "/api/v1/kv/batch",
        Route.Namespaces => "/api/v1/namespaces",
        Route.Namespace => "/api/v1/namespaces/{namespace}",
        Route.NamespaceCollections => "/api/v1/namespaces/{namespace}/collections",
        Route.NamespaceCollection => "/api/v1/namespaces/{namespace}/collections/{collection}",
        Route.NamespaceInfo => "/api/v1/namespaces/{namespace}/info",
        Route.Sync => "/sync",
        Route.Devices => "/api/v1/devices",
        Route.DeviceEntry => "/api/v1/devices/{device}/kv/{namespace}/{collection}/{key}",
        _ => "none",
    };

    private static RouteMatch MatchKeyValues(ReadOnlySpan<char> rest)
    {
        var first = rest.IndexOf('/');
        if (first < 0)
        {
            return rest is "batch" ? new() { Route = Route.Batch } : default;
        }

        var tail = rest[(first + 1)..];
        var second = tail.IndexOf('/');
        if (second < 0)
        {
            return new() { Route = Route.Collection, Namespace = rest[..first], Collection = tail, CollectionPath = rest };
        }

        var key = tail[(second + 1)..];
        return key.Contains('/')
            ? default
            : new()
            {
                Route = Route.Entry,
                Namespace = rest[..first],
                Collection = tail[..second],
                Key = key,
                CollectionPath = rest[..(first + 1 + second)],
            };
    }

    private static RouteMatch MatchDevices(ReadOnlySpan<char> rest)
    {
        if (rest.Length == 0)
        {
            return new() { Route = Route.Devices };
        }

        const string KeyValue = "/kv/";
        var end = rest[0] == '/' ? rest[1..].IndexOf('/') : -1;
        if (end < 1 || !rest[(1 + end)..].StartsWith(KeyValue))
        {
            return default;
        }

        var entry = MatchKeyValues(rest[(1 + end + KeyValue.Length)..]);
        return entry.Route != Route.Entry
            ? default
            : new() { Route = Route.DeviceEntry, Device = rest[1..(1 + end)], Namespace = entry.Namespace, Collection = entry.Collection, Key = entry.Key };
    }

    private static RouteMatch MatchNamespace(ReadOnlySpan<char> rest)
    {
        var first = rest.IndexOf('/');
        if (first < 0)
        {
            // Here an empty segment is a trailing slash, and must not come to mean "delete the default namespace".
            return rest.Length == 0 ? default : new() { Route = Route.Namespace, Namespace = rest };
        }

        var ns = rest[..first];
        var tail = rest[(first + 1)..];
        if (tail is "info")
        {
            return new() { Route = Route.NamespaceInfo, Namespace = ns };
        }

        if (tail is "collections")
        {
            return new() { Route = Route.NamespaceCollections, Namespace = ns };
        }

        const string Prefix = "collections/";
        return tail.StartsWith(Prefix) && !tail[Prefix.Length..].Contains('/')
            ? new() { Route = Route.NamespaceCollection, Namespace = ns, Collection = tail[Prefix.Length..] }
            : default;
    }
}
