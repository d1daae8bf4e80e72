using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>DELETE</c> of an entry. A key that is not there is as good as deleted.</summary>
internal sealed class DeleteEndpoint(TimeProvider clock)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask Handle(HttpContext context, CollectionHandle collection, string key)
    {
        var operation = new Operation { Kind = OperationKind.Delete, Key = key };
        var batch = new WriteBatch { Operations = [operation] };
        var results = await collection.Apply(batch) ?? await collection.Grain.Apply(batch);
        if (Moved.HasMet(results[0]))
        {
            await Moved.Finish(collection.Grain, batch.Operations, results, clock, context.RequestAborted);
        }

        if (results[0].Refusal is { } refusal)
        {
            await RefusalResponse.Send(context, ApiError.Of(refusal));
            return;
        }

        await EntryWriter.SendWithoutValue(context, collection, key, clock.GetUtcNow());
    }
}
