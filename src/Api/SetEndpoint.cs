using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace EdgeOrleans.Api;

/// <summary><c>POST</c> and <c>PUT</c> of an entry.</summary>
internal sealed class SetEndpoint(ApiOptions options, RequestBodies bodies, RequestBytes bytes, TimeProvider clock)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask Handle(HttpContext context, CollectionHandle collection, string key)
    {
        var body = await bodies.Read(context);
        try
        {
            JsonSpan place = default;
            var error = body.Error ?? SetBodyReader.Read(body.Bytes.Span, options.MaxValueBytes, out place);
            if (error is not null)
            {
                await RefusalResponse.Send(context, error);
                return;
            }

            var value = body.Bytes.Slice(place.Start, place.Length);
            var operation = new Operation { Kind = OperationKind.Set, Key = key, Value = value };
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

            await EntryWriter.Send(context, StatusCodes.Status201Created, collection, key, value, clock.GetUtcNow());
        }
        finally
        {
            bytes.Return(body.Taken);
        }
    }
}
