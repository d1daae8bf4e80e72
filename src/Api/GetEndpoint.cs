using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>GET</c> and <c>HEAD</c> of an entry.</summary>
internal sealed class GetEndpoint(TimeProvider clock)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask Handle(HttpContext context, CollectionHandle collection, string key, bool isStrong)
    {
        var entry = isStrong ? await GetStrong(context, collection, key) : await collection.Grain.Get(key);
        if (entry is null)
        {
            await RefusalResponse.Send(context, new(ErrorKind.KeyNotFound, $"there is no key '{key}' in collection '{collection.Collection}' of namespace '{collection.Namespace}'"));
            return;
        }

        // The server leaves out the body for HEAD and keeps its length.
        await EntryWriter.Send(context, StatusCodes.Status200OK, collection, key, entry.Value, clock.GetUtcNow());
    }

    private ValueTask<Entry?> GetStrong(HttpContext context, CollectionHandle collection, string key) =>
        Consistency.Strong(() => collection.Grain.GetStrong(key), clock, context.RequestAborted);
}
