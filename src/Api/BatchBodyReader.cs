using System.Text.Json;

namespace EdgeOrleans.Api;

/// <summary>
/// Reads <c>{"operations":[{namespace, collection, key, value}]}</c>. What is wrong with one operation stays with it;
/// what is wrong with the body as JSON, or with its list, is wrong with them all.
/// </summary>
internal static class BatchBodyReader
{
    private static readonly ApiError NotAnObject = new(ErrorKind.InvalidBody, "the request body must be a JSON object with a list 'operations'");

    private static readonly ApiError NoOperations = new(ErrorKind.InvalidBody, "the request body has no list 'operations', or it is empty");

    private static readonly ApiError SecondList = new(ErrorKind.InvalidBody, "the request body has a second member 'operations'");

    private static readonly ApiError TooMany = new(
        ErrorKind.BatchSizeExceeded, $"batch size exceeds maximum of {NameRules.MaxBatchOperations} operations");

    private static readonly ApiError NoObject = new(ErrorKind.InvalidBody, "the operation must be a JSON object");

    private static readonly ApiError NoValue = new(ErrorKind.InvalidBody, "value is missing");

    /// <summary>Reads the operations; a limit of values below zero says that none are looked for.</summary>
    public static ApiError? Read(ReadOnlySpan<byte> body, int maxValueBytes, List<BatchOperation> operations)
    {
        if (JsonBody.TextFault(body) is { } fault)
        {
            return fault;
        }

        try
        {
            return ReadObject(body, maxValueBytes, operations);
        }
        catch (JsonException malformed)
        {
            return JsonBody.Malformed(malformed);
        }
    }

    private static ApiError? ReadObject(ReadOnlySpan<byte> body, int maxValueBytes, List<BatchOperation> operations)
    {
        var reader = new Utf8JsonReader(body, JsonBody.ReaderOptions);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return NotAnObject;
        }

        var lists = 0;
        ApiError? error = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isList = JsonBody.NameIs(in reader, "operations");
            reader.Read();
            if (!isList || reader.TokenType != JsonTokenType.StartArray)
            {
                JsonBody.PassValue(ref reader);
                error ??= isList ? NoOperations : null;
            }
            else if (++lists > 1)
            {
                return SecondList;
            }
            else if (!ReadList(ref reader, maxValueBytes, operations))
            {
                return TooMany;
            }
        }

        // Past the end of the object there is either nothing or an error.
        reader.Read();
        return error ?? (operations.Count == 0 ? NoOperations : null);
    }

    private static bool ReadList(ref Utf8JsonReader reader, int maxValueBytes, List<BatchOperation> operations)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (operations.Count == NameRules.MaxBatchOperations)
            {
                return false;
            }

            operations.Add(ReadOperation(ref reader, maxValueBytes));
        }

        return true;
    }

    private static BatchOperation ReadOperation(ref Utf8JsonReader reader, int maxValueBytes)
    {
        var operation = new BatchOperation();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            JsonBody.PassValue(ref reader);
            operation.Error = NoObject;
            return operation;
        }

        var ns = new BatchName("namespace");
        var collection = new BatchName("collection");
        var key = new BatchName("key");
        var values = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (ns.TryRead(ref reader) || collection.TryRead(ref reader) || key.TryRead(ref reader))
            {
                continue;
            }

            var isValue = maxValueBytes >= 0 && JsonBody.NameIs(in reader, "value");
            reader.Read();
            var place = JsonBody.PassValue(ref reader);
            if (isValue)
            {
                values++;
                operation.Value = place;
            }
        }

        operation.Namespace = ns.Text.Length == 0 ? NameRules.DefaultNamespace : ns.Text;
        operation.Collection = collection.Text;
        operation.Key = key.Text;
        operation.Error = ns.Error ?? collection.Error ?? key.Error
            ?? InvalidName(NameRules.NamespaceFault(operation.Namespace)
                ?? NameRules.CollectionFault(operation.Collection)
                ?? NameRules.KeyFault(operation.Key))
            ?? (maxValueBytes < 0 ? null : ValueFault(values, operation.Value, maxValueBytes));
        return operation;
    }

    private static ApiError? InvalidName(string? fault) => fault is null ? null : new(ErrorKind.InvalidParams, fault);

    private static ApiError? ValueFault(int values, JsonSpan value, int maxValueBytes) => values switch
    {
        0 => NoValue,
        1 => JsonBody.ValueFault(value, maxValueBytes),
        _ => BatchName.Second("value"),
    };
}
