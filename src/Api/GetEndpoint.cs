using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>GET</c> and <c>HEAD</c> of an entry.</summary>
internal sealed class GetEndpoint(TimeProvider clock)
{
    public ValueTask Handle(HttpContext context, CollectionHandle collection, string key, bool isStrong)
    {
        var entry = default(LocalEntry);
        return (isStrong ? LocalRead.AskGrain : collection.Read(key, out entry)) switch
        {
            LocalRead.Found => Send(context, collection, key, entry.Value),
            LocalRead.Absent => SendNotFound(context, collection, key),
            _ => HandleByGrain(context, collection, key, isStrong),
        };
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask HandleByGrain(HttpContext context, CollectionHandle collection, string key, bool isStrong) =>
        await (await Moved.Read(() => isStrong ? collection.Grain.GetStrong(key) : collection.Grain.Get(key), clock, context.RequestAborted) is { } entry
            ? Send(context, collection, key, entry.Value)
            : SendNotFound(context, collection, key));

    // The server leaves out the body for HEAD and keeps its length.
    private ValueTask Send(HttpContext context, CollectionHandle collection, string key, ReadOnlyMemory<byte> value) =>
        EntryWriter.Send(context, StatusCodes.Status200OK, collection, key, value, clock.GetUtcNow());

    private static ValueTask SendNotFound(HttpContext context, CollectionHandle collection, string key) => RefusalResponse.Send(
        context, new(ErrorKind.KeyNotFound, $"there is no key '{key}' in collection '{collection.Collection}' of namespace '{collection.Namespace}'"));
}
