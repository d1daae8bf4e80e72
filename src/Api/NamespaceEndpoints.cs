using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary>The routes about namespaces and collections as such: what there is, how much, and away with it.</summary>
internal sealed class NamespaceEndpoints(IGrainFactory grains, TimeProvider clock)
{
    private readonly ICatalogGrain _catalog = grains.GetGrain<ICatalogGrain>(ICatalogGrain.Key);

    public async ValueTask List(HttpContext context)
    {
        var namespaces = await Moved.Read(() => new ValueTask<string[]>(_catalog.ListNamespaces()), clock, context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        await WriteNames(context, response, "namespaces", namespaces);
        response.Json.WriteNumber("count"u8, namespaces.Length);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    public async ValueTask ListCollections(HttpContext context, string ns)
    {
        var collections = await Moved.Read(() => new ValueTask<string[]>(_catalog.ListCollections(ns)), clock, context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        response.Json.WriteString("namespace"u8, ns);
        await WriteNames(context, response, "collections", collections);
        response.Json.WriteNumber("count"u8, collections.Length);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    public async ValueTask Info(HttpContext context, string ns)
    {
        var info = await Moved.Read(() => new ValueTask<NamespaceInfo>(_catalog.NamespaceInfo(ns)), clock, context.RequestAborted);
        using var response = JsonResponse.Begin("Successfully");
        response.Json.WriteString("namespace"u8, ns);
        await WriteNames(context, response, "collections", info.Collections);
        response.Json.WriteNumber("key_count"u8, info.KeyCount);
        response.Json.WriteNumber("size"u8, info.Bytes);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    public async ValueTask Delete(HttpContext context, string ns)
    {
        if (await _catalog.DeleteNamespace(ns) is { } refusal)
        {
            await RefusalResponse.Send(context, ApiError.Of(refusal));
            return;
        }

        using var response = JsonResponse.Begin("Successfully");
        response.Json.WriteString("namespace"u8, ns);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    public async ValueTask DeleteCollection(HttpContext context, string ns, string collection)
    {
        if (await _catalog.DeleteCollection(ns, collection) is { } refusal)
        {
            await RefusalResponse.Send(context, ApiError.Of(refusal));
            return;
        }

        using var response = JsonResponse.Begin("Successfully");
        response.Json.WriteString("namespace"u8, ns);
        response.Json.WriteString("collection"u8, collection);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }

    private static async ValueTask WriteNames(HttpContext context, JsonResponse response, string member, string[] names)
    {
        response.Json.WriteStartArray(member);
        foreach (var name in names)
        {
            response.Json.WriteStringValue(name);
            await response.SendPart(context, StatusCodes.Status200OK);
        }

        response.Json.WriteEndArray();
    }
}
