using System.Text.RegularExpressions;

namespace EdgeOrleans.NativeManifest;

/// <summary>How a type is written in C#: by its name where the service may use it, else by a text that the native compiler reads too.</summary>
internal static partial class TypeText
{
    /// <summary>An expression of type <see cref="Type"/>.</summary>
    public static string Expression(Type type, string need) =>
        IsVisible(type) ? $"typeof({Name(type)})" : $"{need}(Type.GetType(\"{Qualified(type)}\"))";

    /// <summary>The name in C#, fully qualified.</summary>
    public static string Name(Type type)
    {
        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        var arguments = new Queue<Type>(type.GetGenericArguments());
        var parts = new Stack<Type>();
        for (var t = type; t is not null; t = t.DeclaringType)
        {
            parts.Push(t);
        }

        var text = parts.Select(part =>
        {
            var tick = part.Name.IndexOf('`', StringComparison.Ordinal);
            if (tick < 0)
            {
                return part.Name;
            }

            var own = Enumerable.Range(0, int.Parse(part.Name.AsSpan(tick + 1), System.Globalization.CultureInfo.InvariantCulture)).Select(_ => arguments.Dequeue()).ToArray();
            var names = type.IsGenericTypeDefinition ? new string(',', own.Length - 1) : string.Join(", ", own.Select(Name));
            return $"{part.Name[..tick]}<{names}>";
        });
        return $"global::{type.Namespace}.{string.Join('.', text)}";
    }

    /// <summary>Whether the service's code may name it: public, with all that it is made of.</summary>
    public static bool IsVisible(Type type) =>
        type.IsGenericParameter
        || (type.HasElementType ? IsVisible(type.GetElementType()!) : type.IsVisible && type.GetGenericArguments().All(IsVisible));

    /// <summary>Name and assembly without versions, for <see cref="Type.GetType(string)"/>; also the order in which types are written.</summary>
    public static string Qualified(Type type) => Versions().Replace(type.AssemblyQualifiedName!, "");

    [GeneratedRegex(@", Version=[\d.]+, Culture=\w+, PublicKeyToken=\w+")]
    private static partial Regex Versions();
}
