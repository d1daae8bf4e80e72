using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeOrleans.Api;

/// <summary><c>POST</c> and <c>DELETE</c> of a batch: one grain call for each collection, all of them at once, answers in the order of the operations.</summary>
internal sealed class BatchEndpoint(
    ApiOptions options, RequestBodies bodies, RequestBytes bytes, IGrainFactory grains, TimeProvider clock, ILogger<BatchEndpoint> logger)
{
    public async ValueTask Handle(HttpContext context, OperationKind kind)
    {
        var body = await bodies.Read(context);
        try
        {
            var operations = new List<BatchOperation>();
            var maxValueBytes = kind == OperationKind.Set ? options.MaxValueBytes : -1;
            if ((body.Error ?? BatchBodyReader.Read(body.Bytes.Span, maxValueBytes, operations)) is { } error)
            {
                await RefusalResponse.Send(context, error);
                return;
            }

            GatewayMeter.BatchRead(kind, operations.Count);
            await Apply(kind, operations, body.Bytes, context.RequestAborted);
            await Answer(context, operations);
        }
        finally
        {
            bytes.Return(body.Taken);
        }
    }

    private Task Apply(OperationKind kind, List<BatchOperation> operations, ReadOnlyMemory<byte> body, CancellationToken aborted)
    {
        var byCollection = new Dictionary<string, List<BatchOperation>>(StringComparer.Ordinal);
        foreach (var operation in operations)
        {
            if (operation.Error is not null)
            {
                continue;
            }

            var grainKey = CollectionKey.Join(operation.Namespace, operation.Collection);
            if (!byCollection.TryGetValue(grainKey, out var group))
            {
                byCollection.Add(grainKey, group = []);
            }

            group.Add(operation);
        }

        var calls = new List<Task>(byCollection.Count);
        foreach (var (grainKey, group) in byCollection)
        {
            calls.Add(ApplyTo(grainKey, kind, group, body, aborted));
        }

        return Task.WhenAll(calls);
    }

    private async Task ApplyTo(string grainKey, OperationKind kind, List<BatchOperation> group, ReadOnlyMemory<byte> body, CancellationToken aborted)
    {
        var batch = new WriteBatch { Operations = new Operation[group.Count] };
        for (var i = 0; i < group.Count; i++)
        {
            var value = group[i].Value;
            batch.Operations[i] = new() { Kind = kind, Key = group[i].Key, Value = body.Slice(value.Start, value.Length) };
        }

        try
        {
            var grain = grains.GetGrain<ICollectionGrain>(grainKey);
            var results = await grain.Apply(batch);
            await Moved.Finish(grain, batch.Operations, results, clock, aborted);
            for (var i = 0; i < group.Count; i++)
            {
                group[i].Error = results[i].Refusal is { } refusal ? ApiError.Of(refusal) : null;
            }
        }
        catch (Exception fault) when (!aborted.IsCancellationRequested)
        {
            var error = GrainFaults.Expected(fault);
            if (error is null)
            {
                ApiLog.BatchFailed(logger, fault);
                error = GrainFaults.Unexpected;
            }

            foreach (var operation in group)
            {
                operation.Error = error;
            }
        }
    }

    private async ValueTask Answer(HttpContext context, List<BatchOperation> operations)
    {
        using var response = JsonResponse.Begin("Batch operation completed");
        var json = response.Json;
        json.WriteStartArray("results"u8);
        var failures = 0;
        foreach (var operation in operations)
        {
            json.WriteStartObject();
            json.WriteString("namespace"u8, operation.Namespace);
            json.WriteString("collection"u8, operation.Collection);
            json.WriteString("key"u8, operation.Key);
            json.WriteBoolean("success"u8, operation.Error is null);
            if (operation.Error is { } error)
            {
                failures++;
                json.WriteString("error"u8, error.Message);
                json.WriteString("code"u8, error.Kind.Code);
            }

            json.WriteEndObject();
            await response.SendPart(context, StatusCodes.Status200OK);
        }

        json.WriteEndArray();
        json.WriteNumber("success_count"u8, operations.Count - failures);
        json.WriteNumber("failure_count"u8, failures);
        await response.End(context, StatusCodes.Status200OK, clock.GetUtcNow());
    }
}
